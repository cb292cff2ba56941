from django.core.management import BaseCommand

from helpdesk_site.filling import Filler


class Command(BaseCommand):
    help = "Writes complete synthetic tickets for benchmarks (CONTRACT, fill)."

    def add_arguments(self, parser):
        parser.add_argument("--tickets", type=int, required=True, help="how many tickets to write")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same texts")

    def handle(self, *, tickets, seed, **options):
        Filler(count=tickets, seed=seed, say=self.stdout.write).run()
