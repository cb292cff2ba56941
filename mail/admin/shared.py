"""What lists of letters have in common."""
from django.core.paginator import Paginator
from django.utils.functional import cached_property


class ShortPaginator(Paginator):
    """Counts no further than anybody pages: a million sent letters cost what ten thousand do."""

    MOST = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.MOST].count()
