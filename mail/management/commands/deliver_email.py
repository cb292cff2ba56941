"""`manage.py deliver_email`: sweeps the outbox once (CONTRACT)."""
from datetime import timedelta

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Sends every letter of the outbox that is due now, one batch, and says what became of them."

    def handle(self, *args, **options):
        from mail import delivery

        tally = delivery.sweep(grace=timedelta(0))
        self.stdout.write(", ".join(f"{state}: {count}" for state, count in sorted(tally.items())) or "nothing was due")
