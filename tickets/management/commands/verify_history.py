"""`manage.py verify_history [NUMBER…]`: check the hash chains; exit 1 with the first bad event (CONTRACT; T20)."""

from django.core.management.base import BaseCommand, CommandError

from helpdesk_site.lib import tokens
from tickets.keeping import history


class Command(BaseCommand):
    help = "Check the hash chains of the history: of all tickets and days, or of the tickets named."

    def add_arguments(self, parser):
        parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="Only these tickets, such as KTR-482913.")

    def handle(self, *args, numbers=(), **options):
        found = [tokens.clean_number(number) for number in numbers]
        if "" in found:
            raise CommandError(f"{numbers[found.index('')]!r} is no ticket number.")
        bad = history.verify(found or None)
        if bad:
            raise CommandError(str(bad))
        self.stdout.write("The history is whole.")
