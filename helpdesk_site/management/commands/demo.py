from django.conf import settings
from django.core.management import BaseCommand, CommandError

from helpdesk_site.demo.stage import Stage


class Command(BaseCommand):
    help = "Loads the demo world; twice changes nothing. Refuses unless HELPDESK_DEMO=1 (CONTRACT)."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("The demo people have a known password. Set HELPDESK_DEMO=1 to load them anyway.")
        made = Stage().load()
        self.stdout.write(f"The demo world has {made} tickets." if made else "The demo world is already there.")
