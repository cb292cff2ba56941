"""The log of one ticket (S167): everything that happened, narrowed by kind, source and days, a page at a time."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import SYSTEM_EMAIL
from helpdesk_site.lib.paging import page_by_key

from .. import merged
from ..lists.asked import day_of
from ..lists.queues import beginning_of
from ..models import Ticket, TicketEvent, Verb
from . import telling

PAGE = 100
KINDS = {  # code: its name, and the verbs of it; every verb is of one kind
    "messages": (
        _("Messages and notes"),
        (
            Verb.OPENED, Verb.REPLIED, Verb.NOTED, Verb.EDITED, Verb.DELETED, Verb.UNDELETED, Verb.REDACTED,
            Verb.SCHEDULED, Verb.UNSCHEDULED, Verb.RATED,
        ),
    ),
    "status": (
        _("Status"),
        (
            Verb.STATUS, Verb.SETTLED, Verb.CLOSED, Verb.AUTO_CLOSED, Verb.REMINDED, Verb.REOPENED, Verb.SNOOZED,
            Verb.WOKEN, Verb.SPAM, Verb.NOT_SPAM, Verb.TRASHED, Verb.RESTORED, Verb.EMPTIED,
        ),
    ),
    "people": (
        _("People and flags"),
        (
            Verb.ASSIGNED, Verb.TEAMED, Verb.FLAGGED, Verb.UNFLAGGED, Verb.JOINED, Verb.PARTED, Verb.CLIENT,
            Verb.CONFIRMED, Verb.DISOWNED,
        ),
    ),
    "mail": (_("Mail"), (Verb.MAIL_KEPT, Verb.MAIL_TAKEN, Verb.MAIL_FAILED, Verb.READDRESSED)),
    "structure": (
        _("Department and details"),
        (
            Verb.MOVED, Verb.PRIORITY, Verb.TYPE, Verb.SUBJECT, Verb.TAGGED, Verb.CHECKED, Verb.LINKED, Verb.UNLINKED,
            Verb.MERGED, Verb.TOOK_IN, Verb.UNMERGED, Verb.SPLIT, Verb.UNSPLIT, Verb.TIMED, Verb.TALKED, Verb.UNDONE,
        ),
    ),
    "rules": (_("Rules"), (Verb.ESCALATED, Verb.ALERTED)),
}  # fmt: skip
BY_RULE = (Verb.ESCALATED, Verb.ALERTED)
SOURCES = {
    "person": pgettext_lazy("source of an event", "Portal and desk"),
    "mail": pgettext_lazy("source of an event", "Mail"),
    "rule": pgettext_lazy("source of an event", "Rule"),
    "system": pgettext_lazy("source of an event", "By itself"),
}


@dataclass(frozen=True)
class Asked:
    """A page of the log as its address asks for it; what nobody offers is left out (T19)."""

    kinds: tuple[str, ...] = ()
    source: str = ""
    since: date | None = None  # days in the reader's time zone
    until: date | None = None
    cursor: str = ""

    @property
    def is_narrowed(self):
        return replace(self, cursor="") != Asked()

    @property
    def address(self):
        """The query that asks for this again, from its first page."""
        days = [(name, day.isoformat()) for name, day in (("since", self.since), ("until", self.until)) if day]
        source = [("source", self.source)] if self.source else []
        return urlencode([*(("kind", kind) for kind in self.kinds), *source, *days])


def read(query):
    """The Asked of an address (a QueryDict)."""
    source = query.get("source", "")
    return Asked(
        kinds=tuple(kind for kind in KINDS if kind in query.getlist("kind")),
        source=source if source in SOURCES else "",
        since=day_of(query.get("since", "")),
        until=day_of(query.get("until", "")),
        cursor=query.get("cursor", ""),
    )


def page(ticket, asked):
    """(the Page of its events, latest first, as telling.Told; each with its source, a key of SOURCES).

    With those of what was merged into it. A handful of statements whatever is on the page.
    """
    rows = narrowed(TicketEvent.objects.filter(ticket__in=merged.ids(ticket)), ticket, asked)
    found = page_by_key(
        rows.values(*telling.EVENT, "message__channel", "actor__email"), order=["-at"], cursor=asked.cursor, size=PAGE
    )
    events = [telling.Event(*(row[name] for name in telling.EVENT)) for row in found.rows]
    names = telling.names_for(events, known=[ticket.client, ticket.assignee], homes=merged.family(ticket))
    names.page = ticket.get_absolute_url()
    names.verbs |= undone_by(events)
    ruled = clicks_of_rules(ticket)
    told = [
        (telling.tell(event, names), source_of(event, row, ruled))
        for event, row in zip(events, found.rows, strict=True)
    ]
    return replace(found, rows=told)


def narrowed(rows, ticket, asked):
    if asked.kinds:
        rows = rows.filter(verb__in=[verb for kind in asked.kinds for verb in KINDS[kind][1]])
    if asked.since:
        rows = rows.filter(at__gte=beginning_of(asked.since))
    if asked.until and asked.until < date.max:
        rows = rows.filter(at__lt=beginning_of(asked.until + timedelta(days=1)))
    return rows.filter(came_from(asked.source, ticket)) if asked.source else rows


def came_from(source, ticket):
    """A Q: the events of one source."""
    by_mail = Q(message__channel=Ticket.Channel.EMAIL) | Q(verb__in=KINDS["mail"][1])
    by_rule, by_itself = Q(click__in=clicks_of_rules(ticket)), Q(actor__email=SYSTEM_EMAIL)
    return {
        "mail": by_mail,
        "rule": by_rule & ~by_mail,
        "system": by_itself & ~by_rule & ~by_mail,
        "person": ~by_itself & ~by_rule & ~by_mail,
    }[source]


def source_of(event, row, ruled):
    if row["message__channel"] == Ticket.Channel.EMAIL or event.verb in KINDS["mail"][1]:
        return "mail"
    if event.click in ruled:
        return "rule"
    return "system" if row["actor__email"] == SYSTEM_EMAIL else "person"


def clicks_of_rules(ticket):
    """The clicks in which a rule acted on the ticket."""
    rows = TicketEvent.objects.filter(ticket__in=merged.ids(ticket), verb__in=BY_RULE)
    return set(rows.values_list("click", flat=True))


def undone_by(events):
    """{(ticket, sequence): verb} of what the undoings among these events took back; it may stand on another page."""
    wanted = {(event.ticket_id, event.data.get("of")) for event in events if event.verb == Verb.UNDONE}
    tickets, sequences = {pk for pk, _of in wanted}, {of for _pk, of in wanted}
    rows = TicketEvent.objects.filter(ticket__in=tickets, sequence__in=sequences) if wanted else []
    return {(row.ticket_id, row.sequence): row.verb for row in rows}
