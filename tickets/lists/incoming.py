"""The import log as staff read it: which mails a list shows, and what is found among them (C10, S135)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from helpdesk_site.lib import tokens
from helpdesk_site.lib.paging import page_by_key
from helpdesk_site.lib.text import clean_line
from mail.models import IncomingMail

from .. import access
from .people import spellings

PAGE = 50
WORDS_LIMIT = 200
SEARCHED = 50_000  # the latest mails, among which a word of a subject or a part of a sender is looked for
MOST_SELECTED = 200
State, Outcome = IncomingMail.State, IncomingMail.Outcome

VIEWS = {
    "held": (pgettext_lazy("mails", "Held"), Q(state=State.HELD)),
    "quarantined": (pgettext_lazy("mails", "Quarantine"), Q(state=State.QUARANTINED)),
    "refused": (pgettext_lazy("mails", "Refused"), Q(outcome=Outcome.REJECTED)),
    "ignored": (pgettext_lazy("mails", "Ignored"), Q(outcome=Outcome.IGNORED)),
    "all": (pgettext_lazy("mails", "All"), Q()),
}


@dataclass(frozen=True)
class Asked:
    """A page of the log as its address asks for it, with everything unknown left out."""

    view: str
    words: str = ""
    cursor: str = ""

    def address_of(self, view):
        """The query that asks for another list of the same words."""
        return urlencode([pair for pair in (("show", view), ("q", self.words)) if pair[1]])


def read(query):
    """The Asked of an address (a QueryDict). Words are looked for in all mails unless a list is named."""
    words, view = clean_line(query.get("q", ""))[:WORDS_LIMIT], query.get("show", "")
    if view not in VIEWS:
        view = "all" if words else "held"
    return Asked(view, words, query.get("cursor", ""))


def page(viewer, asked):
    """A page of the mails this viewer may see, the latest first."""
    rows = IncomingMail.objects.filter(access.mails_seen(viewer), VIEWS[asked.view][1])
    if asked.words:
        rows = rows.filter(found(asked.words))
    return page_by_key(rows, order=["-id"], cursor=asked.cursor, size=PAGE)


def found(words):
    """A Q: mails of a ticket, of a whole address, with a Message-ID, all by an index; else with these words in subject
    or sender, among the latest SEARCHED."""
    number, bare = tokens.clean_number(words), words.strip("<>")
    if number:
        return Q(reference=number) | Q(reference__startswith=f"{number}#")
    if "@" in bare.strip("@") and " " not in bare:
        return Q(sender_address__in={bare, bare.lower()}) | Q(message_id=f"<{bare}>")
    newest = IncomingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    holds = Q()
    for form in spellings(words):
        holds |= Q(subject__icontains=form) | Q(sender_name__icontains=form) | Q(sender_address__icontains=form)
    return Q(pk__gt=newest - SEARCHED) & holds


def chosen(viewer, ids):
    """The mails with these ids, as a form sends them, that the viewer may see."""
    known = {int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) < 18}
    return list(IncomingMail.objects.filter(access.mails_seen(viewer), pk__in=sorted(known)[:MOST_SELECTED]))


def waiting_from(viewer, address):
    """The mails of one sender that wait for a decision, as far as the viewer may see them."""
    rows = IncomingMail.objects.filter(access.mails_seen(viewer), sender_address=address)
    return list(rows.filter(state__in=[State.HELD, State.QUARANTINED]).order_by("pk")[:MOST_SELECTED])
