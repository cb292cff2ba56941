"""Django's `migrate`, one process at a time."""

from django.core.management.commands import migrate
from django.db import connections

from helpdesk_site.migrating import one_migrator


class Command(migrate.Command):
    def handle(self, *args, **options):
        with one_migrator(connections[options["database"]]):
            return super().handle(*args, **options)
