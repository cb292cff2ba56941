"""What may follow what, told in status categories (ARCHITECTURE, "Statuses are rows")."""

from departments.models import Category

OPEN = frozenset({Category.NEW, Category.WAITS_STAFF, Category.IN_PROGRESS, Category.WAITS_CLIENT, Category.PAUSED})

MAY_FOLLOW = {
    Category.NEW: OPEN | {Category.CLOSED},
    Category.WAITS_STAFF: OPEN | {Category.CLOSED},
    Category.IN_PROGRESS: OPEN | {Category.CLOSED},
    Category.WAITS_CLIENT: OPEN | {Category.CLOSED},
    Category.PAUSED: OPEN | {Category.CLOSED},
    Category.CLOSED: OPEN - {Category.NEW} | {Category.CLOSED},  # a closed ticket was read: it is never new again
}


def may_follow(before, after):
    """Whether a ticket in category `before` may be put into category `after`."""
    return after in MAY_FOLLOW[Category(before)]
