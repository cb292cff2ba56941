"""`manage.py fetch_email`: look into the mailboxes once, or for ever."""
import signal
import threading

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Fetches new mail from all mailboxes in use, or from those named; --forever goes on, and listens (IDLE)."

    def add_arguments(self, parser):
        parser.add_argument("names", nargs="*", metavar="NAME", help="mailboxes by name; all in use when none is given")
        parser.add_argument("--forever", action="store_true", help="go on until Ctrl-C or SIGTERM")

    def handle(self, *args, names, forever, **options):
        if forever:
            self.listen()
        else:
            self.fetch(names)

    def fetch(self, names):
        from mail import fetching
        from mail.models import Mailbox

        mailboxes = Mailbox.objects.filter(name__in=names) if names else Mailbox.objects.filter(is_active=True)
        unknown = set(names) - {mailbox.name for mailbox in mailboxes}
        if unknown:
            raise CommandError(f"There is no mailbox named {', '.join(sorted(unknown))}.")
        failed = False
        for mailbox in mailboxes:
            answer = fetching.fetch(mailbox)  # by hand: also from one that rests
            failed |= isinstance(answer, fetching.Trouble)
            self.stdout.write(f"{mailbox.name}: {self.in_words(answer)}")
        if failed:
            raise CommandError("Not all mailboxes could be fetched from.")

    def listen(self):
        from mail.fetching import listening

        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *told: stop.set())
        listening.listen_all(stop)

    def in_words(self, answer):
        from mail.fetching import Trouble

        if isinstance(answer, Trouble):
            return f"{answer.problem.label} {answer.answer}".strip()
        return f"{answer} taken in"
