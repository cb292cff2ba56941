"""`manage.py run_rules`: escalation rules, settling and pending replies, as of a moment (CONTRACT; S21, S27, S176)."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from departments.policy import snapshot
from tickets.automation import rules, timers
from tickets.management.moments import add_arguments


class Command(BaseCommand):
    help = "Send the replies that are due, let statuses settle, and run the escalation rules."

    def add_arguments(self, parser):
        add_arguments(parser)

    def handle(self, *args, at=None, dry_run=False, **options):
        now = at or timezone.now()
        (self.tell if dry_run else self.do)(now)

    def do(self, now):
        sent, settled, ran = timers.release_due_replies(now), timers.settle_due(now), rules.run_due(now)
        self.stdout.write(f"{sent} replies sent, {settled} statuses settled, rules ran on {ran} tickets")

    def tell(self, now):
        """Each rule is shown against the tickets as they are: what one rule would change for the next is not played."""
        for number in timers.to_release(now).values_list("ticket__number", flat=True):
            self.stdout.write(f"{number} a reply would be sent")
        for number in timers.to_settle(now).order_by("pk").values_list("number", flat=True).iterator(chunk_size=2000):
            self.stdout.write(f"{number} its status would settle")
        for rule in snapshot().rules:
            found = rules.matching(rule, now).order_by("pk").values_list("number", flat=True)
            for number in found.iterator(chunk_size=2000):
                self.stdout.write(f"{number} the rule would run: {rule}")
