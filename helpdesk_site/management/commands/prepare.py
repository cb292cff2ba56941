from django.core.management import BaseCommand

from helpdesk_site import preparing


class Command(BaseCommand):
    help = (
        "Brings tables, translations and static files up to this release: run it at each deployment, before the start."
    )

    def handle(self, **options):
        preparing.migrate()
        preparing.compile_translations()
        preparing.collect_static()
