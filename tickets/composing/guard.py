"""The look at a public reply before it goes: what was not meant for the client stops it (FIELD 2.3, number 13).

A field nobody filled in and a line meant for colleagues never go out; a colleague called by @name, a stranger's address
and what looks like a gap may be meant, and go when their author says so. What a client writes is never looked at.
"""

import re
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from departments import reply_fields
from departments.models import Category
from departments.policy import status_rules
from helpdesk_site.lib import merging

from .. import colleagues
from ..models import CheckPoint, Message, Participant
from ..refused import Refused
from . import mentions

MOST_SHOWN = 5  # of one kind
CODE = re.compile(r"(?ms)^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)|`[^`\n]+`|^(?: {4}|\t).*$")
QUOTED = re.compile(r"(?m)^ {0,3}>.*$")
FIELD = re.compile(r"\{\{.{0,60}?\}\}|\{\{\S{0,40}|\[(?:FIRSTNAME|NAME|EMAIL)\]")
GAP = re.compile(r"\[(?:\.{2,}|…|_{2,}|\?+|[^\W\d_][^\W_]*(?:[ _-][^\W_]+){0,5})\](?![(\[:])")
INSIDE = re.compile(
    r"(?im)^[ \t>*_]*(?:internal(?: note)?|note interne|interne|внутреннее|внутренняя заметка|для своих|nota interna"
    r"|interno|interna)[*_]*[ \t\u00a0\u202f]*:.*$"
)
LEVELS = frozenset("OK ERROR WARN WARNING INFO DEBUG NOTICE FATAL CRITICAL TRACE X".split())  # of logs
ADDRESS = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}")


class Reason(NamedTuple):
    """Why a reply was stopped: `what` was found, `todo` helps; `is_final` where it cannot be sent all the same."""

    kind: str
    found: tuple
    what: str
    todo: str
    is_final: bool = False


class Stopped(Refused):
    """A reply that was stopped, with its Reasons. `key` stands for exactly these: sent with it, it goes."""

    def __init__(self, reasons):
        self.reasons = list(reasons)
        super().__init__(" ".join(reason.what for reason in self.reasons))

    @property
    def may_go(self):
        return not any(reason.is_final for reason in self.reasons)

    @property
    def key(self):
        return sha256(repr([(reason.kind, reason.found) for reason in self.reasons]).encode()).hexdigest()[:24]


def refuse(written, ticket, *, meant="", status=None):
    """Raise Stopped where this text, its fields filled in, should not go to the ticket's client, or would close it (by
    `status`) with points of its checklist open. The ticket may be one that is not opened yet. `meant` is the key of
    what its author was shown and sends all the same.
    """
    reasons = [*reasons_against(written, ticket), *points_open(ticket, status)]
    if reasons:
        stopped = Stopped(reasons)
        if not (stopped.may_go and stopped.key == meant):
            raise stopped


def refuse_open(ticket, status):
    """Raise Refused where a note would close the ticket, by `status`, with points of its checklist open."""
    for reason in points_open(ticket, status):
        raise Refused(f"{reason.what}. {reason.todo}")


def reasons_against(written, ticket):
    """The Reasons that speak against sending this text. No statement but where it names addresses of clients."""
    plain = CODE.sub(" ", written)
    own = QUOTED.sub("", plain)  # what the client wrote may say anything
    found = [*fields_in(written, own), *inside_in(plain), *mentions_in(plain), *gaps_in(own)]
    return found + [*addresses_in(written, ticket)]


def points_open(ticket, status):
    """What is left of the checklist of a ticket that would be closed."""
    if status is None or status_rules(status, ticket.shown_department).category != Category.CLOSED:
        return
    points = list(CheckPoint.objects.filter(ticket=ticket.pk, done_at=None).values_list("text", flat=True))
    if points:
        what = ngettext(
            "%(n)s point of the checklist is still open: %(found)s",
            "%(n)s points of the checklist are still open: %(found)s", len(points),
        )  # fmt: skip
        found = tuple(points)
        said = {"n": len(points), "found": listed(first(found))}
        yield Reason("points", found, what % said, _("Tick what is done, or close the ticket all the same."))


def fields_in(written, own):
    """Fields of ours anywhere, even in code; what looks like a field to be filled in, where it is no quotation."""
    ours = (hit[0] for hit in merging.FIELD.finditer(QUOTED.sub("", written)) if hit[1] in reply_fields.KNOWN)
    seen = first([*ours, *(hit[0] for hit in FIELD.finditer(own))])
    if seen:
        yield Reason(
            "field",
            seen,
            _("A field is not filled in: %(found)s") % {"found": listed(seen)},
            _("Write what belongs there. Where it is meant as it stands, make it `code`."),
            is_final=True,
        )


def inside_in(plain):
    seen = first(hit[0].strip()[:80] for hit in INSIDE.finditer(plain))
    if seen:
        yield Reason(
            "inside",
            seen,
            _("A line is meant for colleagues: %(found)s") % {"found": listed(seen)},
            _("Take it out, or write it as an internal note."),
            is_final=True,
        )


def mentions_in(plain):
    names = mentions.names_of(colleagues.staff().people.values()) if "@" in plain else []
    said = (plain[sign.end() : sign.end() + 200].casefold() for sign in mentions.SIGN.finditer(plain))
    people = (mentions.called(words, names) for words in said)
    seen = first(f"@{person.full_name}" for person in people if person)
    if seen:
        yield Reason(
            "mention",
            seen,
            _("A colleague is called: %(found)s") % {"found": listed(seen)},
            _("Clients read this, and nobody is called by a reply. Call colleagues in an internal note."),
        )


def gaps_in(own):
    seen = first(hit[0] for hit in GAP.finditer(own) if is_gap(hit[0]))
    if seen:
        yield Reason(
            "gap",
            seen,
            _("Something looks left open: %(found)s") % {"found": listed(seen)},
            _("Write what belongs there, or send it as it is."),
        )


def is_gap(words):
    """[YOUR NAME], [...]: capitals alone, or nothing said; fields have a reason of their own, logs have levels."""
    return words == words.upper() and words[1:-1] not in LEVELS and not FIELD.fullmatch(words)


def addresses_in(written, ticket):
    """Addresses of clients who have nothing to do with this ticket, and of whom nobody spoke in it."""
    known = {ticket.client.email.lower(), (ticket.answer_to or "").lower()}
    named = {hit[0].lower() for hit in ADDRESS.finditer(written)} - known
    if not named:
        return
    seen = first(address for address in sorted(strangers(named, ticket)) if not was_said(address, ticket))
    if seen:
        yield Reason(
            "address",
            seen,
            _("The address of another client: %(found)s") % {"found": listed(seen)},
            _("Make sure that this client may know of the other one."),
        )


def strangers(addresses, ticket):
    """Those of these addresses that are other clients' who do not take part in the ticket, in one statement."""
    here = Participant.objects.filter(ticket=ticket.pk).values("user")
    others = User.objects.filter(email__in=addresses, is_staff=False).exclude(pk=ticket.client_id).exclude(pk__in=here)
    if ticket.organisation_id:
        others = others.exclude(pk__in=Membership.objects.filter(organisation=ticket.organisation_id).values("user"))
    return others.values_list("email", flat=True)


def was_said(address, ticket):
    """Whether somebody of the client's side named the address in this ticket."""
    said = Message.objects.filter(ticket=ticket.pk, is_note=False, by_staff=False)
    return said.filter(body__icontains=address).exists()


def first(found):
    return tuple(dict.fromkeys(found))[:MOST_SHOWN]


def listed(found):
    return ", ".join(found)
