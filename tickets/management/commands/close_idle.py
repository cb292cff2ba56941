"""`manage.py close_idle`: close idle tickets and remind before, as of a moment (CONTRACT; S28, S173-S175, S202)."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from tickets.automation import timers
from tickets.management.moments import add_arguments


class Command(BaseCommand):
    help = "Close the tickets idle long enough and remind those that will close soon."

    def add_arguments(self, parser):
        add_arguments(parser)

    def handle(self, *args, at=None, dry_run=False, **options):
        now = at or timezone.now()
        (self.tell if dry_run else self.do)(now)

    def do(self, now):
        closed, reminded = timers.close_idle(now)
        self.stdout.write(f"{closed} closed, {reminded} reminded")

    def tell(self, now):
        for words, due in (("would be closed", timers.to_close(now)), ("would be reminded", timers.to_remind(now))):
            for number, subject in due.order_by("pk").values_list("number", "subject").iterator(chunk_size=2000):
                self.stdout.write(f"{number} {words}: {subject}")
        self.stdout.write(f"would close {timers.to_close(now).count()} tickets")
