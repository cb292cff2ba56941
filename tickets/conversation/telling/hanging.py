"""People, other tickets and work that hang on a ticket, a function a verb: each gives the sentence of an event (a
Teller)."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk_site.lib.spans import clock_of

from ...models import Participant, Talk, TicketLink
from .teller import number_link, strong, tags, talk_state


def joined(it):
    """Who was added by whom, and what they may do; or that they may do something else now."""
    reads, person = it.data.get("rights") == Participant.Rights.READ, it.person(it.data.get("to"))
    if "from" in it.data:
        changed = _("{actor} lets {person} read only") if reads else _("{actor} lets {person} read and reply")
        return it.say(changed, person=person)
    added = _("{actor} added {person}, who may read") if reads else _("{actor} added {person}, who may reply")
    return it.say(added, person=person)


def parted(it):
    to = it.data.get("to")
    if to == it.event.actor_id:
        return it.say(_("{actor} takes part no more"))
    return it.say(_("{actor} took {person} off the ticket"), person=it.person(to))


def client(it):
    before, after = it.person(it.data.get("from")), it.person(it.data.get("to"))
    return it.say(_("{actor} changed the client from {before} to {after}"), before=before, after=after)


def merged(it):
    return it.say(_("{actor} merged it into {ticket}"), ticket=number_link(it.data["into"]))


def took_in(it):
    return it.say(_("{actor} merged {tickets} into this ticket"), tickets=it.tickets())


def unmerged(it):
    if "tickets" not in it.data:
        return it.say(_("{actor} made it a ticket of its own again"))
    return it.say(_("{actor} took {tickets} out of this ticket again"), tickets=it.tickets())


def split(it):
    if "from" in it.data:
        return it.say(_("{actor} opened it with messages of {ticket}"), ticket=number_link(it.data["from"]))
    n, ticket = len(it.data["messages"]), number_link(it.data["to"])
    moved = ngettext("{actor} moved {n} message to {ticket}", "{actor} moved {n} messages to {ticket}", n)
    return it.say(moved, n=n, ticket=ticket)


def unsplit(it):
    if "from" in it.data:
        return it.say(_("{actor} took the messages back to {ticket}"), ticket=number_link(it.data["from"]))
    return it.say(_("{actor} took the messages back from {ticket}"), ticket=number_link(it.data["to"]))


def linked(it):
    return it.say(LINKED[it.data["kind"]]["back" in it.data](), ticket=number_link(it.data["other"]))


def unlinked(it):
    return it.say(_("{actor} took the link to {ticket} off"), ticket=number_link(it.data["other"]))


def tagged(it):
    put, taken = it.text("on"), it.text("off")
    if put and taken:
        return it.say(_("{actor} tagged it {tags} and took off {others}"), tags=tags(put), others=tags(taken))
    if put:
        return it.say(_("{actor} tagged it {tags}"), tags=tags(put))
    if taken:
        return it.say(_("{actor} took the tags {tags} off"), tags=tags(taken))
    return it.say(_("{actor} changed the tags"))


def checked(it):
    words, old = it.text("text"), it.text("from")
    said = {
        "added": _("{actor} put on the checklist: {points}"),
        "ticked": _("{actor} ticked: {points}"),
        "unticked": _("{actor} took the tick off: {points}"),
        "renamed": _("{actor} changed “{before}” on the checklist to {points}"),
        "removed": _("{actor} took off the checklist: {points}"),
        "headed": _("{actor} changed the heading “{before}” of the checklist to {points}"),
    }.get(it.data.get("did"))
    if not said or not words or ("{before}" in said and not old):  # erased, or a heading that was or is empty
        return it.say(_("{actor} changed the checklist"))
    return it.say(said, points=tags(words), before=old)


def timed(it):
    """Time logged, changed, or taken off: how much, and of whom where it is a colleague's."""
    said = {
        "logged": _("{actor} logged {time}"),
        "changed": _("{actor} changed {before} logged to {time}"),
        "removed": _("{actor} took off {time} logged"),
    }
    time, before = (format_html("<b>{}</b>", clock_of(it.data.get(name) or 0)) for name in ("minutes", "from"))
    return it.say(said.get(it.data.get("did"), said["logged"]), time=time, before=before)


def talked(it):
    if it.data.get("to") and len(it.data["changed"]) == 1:
        said = {"before": talk_state(it.data.get("from")), "after": talk_state(it.data["to"])}
        return it.say(_("{actor} set the state of the call from {before} to {after}"), **said)
    fields = (Talk._meta.get_field(name).verbose_name for name in it.data["changed"])
    named = format_html_join(", ", "{}", ((strong(field),) for field in fields))
    return it.say(_("{actor} changed the details of the call: {fields}"), fields=named)


def trashed(it):
    if "block" in it.data:
        return it.say(_("{actor} blocked the sender and moved the ticket to the trash"))
    return it.say(_("{actor} moved the ticket to the trash"))


def restored(it):
    return it.say(_("{actor} took the ticket out of the trash"))


def emptied(it):
    return it.say(_("{actor} deleted for good what was written here"))


LINKED = {  # kind: (read from this ticket, read from the other one)
    TicketLink.Kind.RELATES: (
        lambda: _("{actor} linked it with {ticket}"),
        lambda: _("{actor} linked it with {ticket}"),
    ),
    TicketLink.Kind.BLOCKS: (
        lambda: _("{actor} noted that it blocks {ticket}"),
        lambda: _("{actor} noted that it is blocked by {ticket}"),
    ),
    TicketLink.Kind.DUPLICATES: (
        lambda: _("{actor} noted that it is a duplicate of {ticket}"),
        lambda: _("{actor} noted that {ticket} is a duplicate of it"),
    ),
    TicketLink.Kind.PARENT: (
        lambda: _("{actor} made {ticket} a part of it"),
        lambda: _("{actor} made it a part of {ticket}"),
    ),
    TicketLink.Kind.INCIDENT: (
        lambda: _("{actor} noted that it is the incident behind {ticket}"),
        lambda: _("{actor} noted that the incident {ticket} is behind it"),
    ),
}
