"""Time zones a person may choose, and the one the browser told us."""
import zoneinfo
from functools import lru_cache
from urllib.parse import unquote

from django.utils.translation import gettext_lazy as _

COOKIE = "timezone"  # written by the page's script, read when the person has chosen none
CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


@lru_cache(maxsize=1)
def names():
    """Every zone somebody lives in, by the names of the IANA database, and UTC."""
    return frozenset(
        name for name in zoneinfo.available_timezones() if name == "UTC" or name.partition("/")[0] in CONTINENTS
    )


def clean(name):
    """The zone's name when we know it, else ""."""
    return name if name in names() else ""


def of_browser(request):
    """The zone the browser is in, from its cookie; "" when it did not say or says nonsense."""
    return clean(unquote(request.COOKIES.get(COOKIE, "")[:80]))


def choices():
    """For a select: UTC, then the zones by continent."""
    groups = {continent: [] for continent in CONTINENTS}
    for name in sorted(names() - {"UTC"}):
        continent, _slash, place = name.partition("/")
        groups[continent].append((name, place.replace("_", " ").replace("/", " / ")))
    by_continent = [(CONTINENTS[continent], places) for continent, places in groups.items()]
    return [("UTC", "UTC"), *by_continent]
