"""What sentences about events are made of: whoever and whatever they speak of, as safe HTML in the reader's words."""

from functools import lru_cache

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from departments.policy import snapshot

from ... import colleagues
from ...models import Talk, Verb


class Teller:
    """One event, and everything its sentence may want."""

    def __init__(self, event, names):
        self.event, self.names, self.data = event, names, event.data

    def say(self, sentence, **more):
        """Fill a translated sentence; everything put in is escaped."""
        return format_html(sentence, actor=self.person(self.event.actor_id), **more)

    def person(self, pk):
        user = self.names.people.get(pk)
        return strong(user.full_name if user else _("somebody"))

    def people(self, ids):
        return format_html_join(", ", "{}", ((self.person(pk),) for pk in ids))

    def text(self, name):
        """A text this event speaks of; "" where it was erased."""
        return self.names.texts.get((self.event.id, name)) or ""

    def message(self):
        number = self.event.number
        if number is None:
            return strong("–")
        letter, sign = ("n", "N") if self.event.is_note else ("m", "#")
        home = self.names.homes.get(self.event.ticket_id)
        anchor = f"{letter}{number}-{home}" if home else f"{letter}{number}"
        return format_html('<a href="{}#{}">{}{}</a>', self.names.page, anchor, sign, number)

    def change(self, rows):
        """The names of what was and what is, from rows by their code."""
        return {"before": named(rows, self.data.get("from")), "after": named(rows, self.data.get("to"))}

    def rule(self):
        row = self.names.rules.get(self.data.get("rule"))
        return strong(row.name if row else _("A rule"))

    def moment(self):
        """The time an event speaks of, as the reader has it."""
        until = parse_datetime(self.data.get("until") or "")
        return formats.date_format(timezone.localtime(until), "DATETIME_FORMAT") if until else "–"

    def tickets(self):
        return format_html_join(", ", "{}", ((number_link(pair),) for pair in self.data["tickets"]))


# --- Words ------------------------------------------------------------------------------------------------------------


def number_link(pair):
    """A ticket as events keep it, [id, number]."""
    return format_html('<a class="num" href="{}">{}</a>', reverse("ticket", args=[pair[1]]), pair[1])


def tags(lines):
    """Names, a line each, one after another."""
    return format_html_join(", ", "<b>{}</b>", ((line,) for line in lines.splitlines()))


def statuses():
    return snapshot().statuses_by_code


def named(rows, code):
    """The name of a row by its code, in the reader's language; the code of one that is gone; “none” for nothing."""
    if code is None:
        return strong(pgettext("ticket type", "none"))
    row = rows.get(code)
    return strong(row.said("name") if row else code)


def team(pk):
    """The name of a team; a dash for one that was deleted."""
    row = colleagues.teams().get(pk)
    return strong(row.said() if row else "–")


def talk_state(code):
    return strong(Talk.State(code).label if code in Talk.State.values else "–")


def strong(text):
    """A name, which a long history says hundreds of times."""
    return _strong(str(text) + "")  # + "": a cache key is never a safe string


@lru_cache(maxsize=4096)
def _strong(text):
    return format_html("<b>{}</b>", text)


def event_name(verb):
    """What kind of event it is, in a word or two."""
    return Verb(verb).label if verb in Verb.values else str(verb)
