"""`--at`: the moment a timer pretends it is."""

from argparse import ArgumentTypeError

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def moment(text):
    """An ISO 8601 moment; without an offset it is UTC."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no moment such as 2026-11-22T14:00:00Z.")
    return found if timezone.is_aware(found) else timezone.make_aware(found, timezone.get_fixed_timezone(0))


def add_arguments(parser):
    parser.add_argument("--at", type=moment, metavar="ISO8601", help="As of this moment instead of now.")
    parser.add_argument("--dry-run", action="store_true", help="List what would happen and change nothing.")
