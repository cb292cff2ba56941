"""What can be done to many tickets at once (S133-S135), a line of ACTS each: how its form is read, what it does to one
ticket, how it is said. A new act is a function and a line here, and its button in templates/desk/_bulk.html."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from . import actions
from .clock import UNDO
from .composing import filling, guard, predefined
from .forms.desk import chosen_colleague, chosen_department, chosen_priority, chosen_status, chosen_team
from .forms.marking import moments
from .lists import queues, tagged
from .models import Tag, Ticket
from .refused import Refused
from .writing import write

SPAM = (Ticket.Hidden.SPAM,)


class Ready(NamedTuple):
    """An act with everything it needs: what to do to one ticket, what the act is called, and how to say that it was
    done to `n`; `soon` says it as long as it can be taken back, where that is something else."""

    do: Callable
    name: object
    said: object
    to: object = ""
    soon: object = None


class Act(NamedTuple):
    """What can be done to many. `ready(sent, me)` gives a Ready of the `fields` of a form, or raises Refused (T19).

    A job keeps those fields and asks again when it runs; what a form means only now, `kept` says for good.
    """

    ready: Callable
    fields: tuple = ()
    kept: Callable = lambda sent: sent
    is_reversible: bool = True
    reads_first: bool = False  # what a client wrote after the list was drawn stops it for that ticket
    takes_hidden: tuple = ()  # it may be done to tickets that lie there, too
    is_button: bool = True  # of the list; else it is started from a page of its own


def asked_for(sent, me):
    """(the name of the act a form asks for, what a job keeps of the form). Raises Refused for anything not offered."""
    name = next((name for name, act in ACTS.items() if act.is_button and name in sent), "")
    if not name:
        raise Refused(_("Choose one of the list."))
    params = ACTS[name].kept({field: str(sent.get(field, ""))[:LONGEST] for field in ACTS[name].fields})
    ACTS[name].ready(params, me)
    return name, params


# --- Where they stand -------------------------------------------------------------------------------------------------


def closing(sent, me):
    name = ngettext_lazy("Closing %(n)s ticket", "Closing %(n)s tickets", "n")
    said = ngettext_lazy("%(n)s ticket closed.", "%(n)s tickets closed.", "n")
    return Ready(lambda ticket: close(ticket, me), name, said)


def close(ticket, me):
    """Raises Refused where its checklist is not done: one by one somebody is asked, but not for many unread."""
    if not ticket.is_closed:
        guard.refuse_open(ticket, ticket.policy.status_closed)
    actions.close(ticket, actor=me)


def assigning(sent, me):
    if team := chosen_team(sent["assign"]):
        name = ngettext_lazy("Giving %(n)s ticket to the team %(to)s", "Giving %(n)s tickets to the team %(to)s", "n")
        said = ngettext_lazy("%(n)s ticket given to the team %(to)s.", "%(n)s tickets given to the team %(to)s.", "n")
        return Ready(lambda ticket: actions.give_to_team(ticket, team=team, actor=me), name, said, team)
    person = chosen_colleague(sent["assign"], me=me)
    if person:
        name = ngettext_lazy("Assigning %(n)s ticket to %(to)s", "Assigning %(n)s tickets to %(to)s", "n")
        said = ngettext_lazy("%(n)s ticket assigned to %(to)s.", "%(n)s tickets assigned to %(to)s.", "n")
    else:
        name = ngettext_lazy("Assigning %(n)s ticket to nobody", "Assigning %(n)s tickets to nobody", "n")
        said = ngettext_lazy("Nobody looks after %(n)s ticket now.", "Nobody looks after %(n)s tickets now.", "n")
    return Ready(lambda ticket: actions.assign(ticket, to=person, actor=me), name, said, person)


def setting_status(sent, me):
    status = chosen_status(sent["status"])
    name = ngettext_lazy("Status of %(n)s ticket: %(to)s", "Status of %(n)s tickets: %(to)s", "n")
    said = ngettext_lazy("%(n)s ticket is now %(to)s.", "%(n)s tickets are now %(to)s.", "n")
    return Ready(lambda ticket: set_status(ticket, status, me), name, said, status)


def set_status(ticket, status, me):
    if not ticket.is_closed:
        guard.refuse_open(ticket, status)
    actions.set_status(ticket, status=status, actor=me)


def setting_priority(sent, me):
    priority = chosen_priority(sent["priority"])
    name = ngettext_lazy("Priority of %(n)s ticket: %(to)s", "Priority of %(n)s tickets: %(to)s", "n")
    said = ngettext_lazy("Priority of %(n)s ticket: %(to)s.", "Priority of %(n)s tickets: %(to)s.", "n")
    return Ready(lambda ticket: actions.set_priority(ticket, priority=priority, actor=me), name, said, priority)


def moving(sent, me):
    department = chosen_department(sent["department"])
    name = ngettext_lazy("Moving %(n)s ticket to %(to)s", "Moving %(n)s tickets to %(to)s", "n")
    said = ngettext_lazy("%(n)s ticket moved to %(to)s.", "%(n)s tickets moved to %(to)s.", "n")
    return Ready(lambda ticket: actions.move(ticket, to=department, actor=me), name, said, department)


def flagging(sent, me):
    person = chosen_colleague(sent["flag"], me=me)
    if person is None:
        raise Refused(_("Choose one of the list."))
    name = ngettext_lazy("Flagging %(n)s ticket for %(to)s", "Flagging %(n)s tickets for %(to)s", "n")
    said = ngettext_lazy("%(n)s ticket flagged for %(to)s.", "%(n)s tickets flagged for %(to)s.", "n")
    return Ready(lambda ticket: actions.flag(ticket, to=person, actor=me), name, said, person)


# --- What hangs on them -----------------------------------------------------------------------------------------------


def tagging(sent, me):
    tags = some(Tag.objects.filter(pk__in=sent["ids"]))
    name = ngettext_lazy("Tagging %(n)s ticket: %(to)s", "Tagging %(n)s tickets: %(to)s", "n")
    said = ngettext_lazy("%(n)s ticket tagged: %(to)s.", "%(n)s tickets tagged: %(to)s.", "n")
    return Ready(lambda ticket: actions.tag(ticket, on=tags, actor=me), name, said, sent["tags"])


def untagging(sent, me):
    tags = some(Tag.objects.filter(pk__in=sent["ids"]))
    name = ngettext_lazy("Taking tags off %(n)s ticket: %(to)s", "Taking tags off %(n)s tickets: %(to)s", "n")
    said = ngettext_lazy("Taken off %(n)s ticket: %(to)s.", "Taken off %(n)s tickets: %(to)s.", "n")
    return Ready(lambda ticket: actions.tag(ticket, off=tags, actor=me), name, said, sent["tags"])


def tags_meant(sent):
    """The tags a form names, made where there are none, by their ids: renamed or merged, they are the same to a job,
    and none is made again that somebody has deleted since. Raises Refused for no name."""
    return by_ids(actions.tags_named(sent["tags"]))


def tags_known(sent):
    """The same of the tags there are."""
    return by_ids([tag for tag in map(tagged.named, sent["tags"].split(",")) if tag])


def by_ids(tags):
    return {"ids": [tag.pk for tag in some(tags)], "tags": ", ".join(map(str, tags))}


def some(tags):
    if not tags:
        raise Refused(_("Name a tag."))
    return tags


# --- Out of the way ---------------------------------------------------------------------------------------------------


def marking_spam(sent, me):
    name = ngettext_lazy("Marking %(n)s ticket as spam", "Marking %(n)s tickets as spam", "n")
    said = ngettext_lazy("%(n)s ticket marked as spam.", "%(n)s tickets marked as spam.", "n")
    return Ready(lambda ticket: actions.mark_spam(ticket, actor=me), name, said)


def unmarking_spam(sent, me):
    name = ngettext_lazy("Marking %(n)s ticket as no spam", "Marking %(n)s tickets as no spam", "n")
    said = ngettext_lazy("%(n)s ticket is no spam.", "%(n)s tickets are no spam.", "n")
    return Ready(lambda ticket: actions.unmark_spam(ticket, actor=me), name, said)


def trashing(sent, me):
    name = ngettext_lazy("Moving %(n)s ticket to the trash", "Moving %(n)s tickets to the trash", "n")
    said = ngettext_lazy("%(n)s ticket moved to the trash.", "%(n)s tickets moved to the trash.", "n")
    return Ready(lambda ticket: actions.trash(ticket, actor=me), name, said)


def blocking(sent, me):
    name = ngettext_lazy(
        "Moving %(n)s ticket to the trash and blocking its sender",
        "Moving %(n)s tickets to the trash and blocking their senders", "n",
    )  # fmt: skip
    said = ngettext_lazy(
        "%(n)s ticket moved to the trash, its sender blocked.",
        "%(n)s tickets moved to the trash, their senders blocked.", "n",
    )  # fmt: skip
    return Ready(lambda ticket: actions.block_and_trash(ticket, actor=me), name, said)


def restoring(sent, me):
    name = ngettext_lazy("Taking %(n)s ticket out of the trash", "Taking %(n)s tickets out of the trash", "n")
    said = ngettext_lazy("%(n)s ticket taken out of the trash.", "%(n)s tickets taken out of the trash.", "n")
    return Ready(lambda ticket: actions.restore(ticket, actor=me), name, said)


def moment_meant(sent):
    """The moment a choice of the snooze's menu means now, where the person is. Raises Refused for none of them."""
    meant = {moment.code: moment.until for moment in moments(timezone.now())}
    if sent["snooze"] not in meant:
        raise Refused(_("Choose one of the list."))
    until = meant[sent["snooze"]]
    return {"snooze": until.isoformat() if until else ""}


def snoozing(sent, me):
    until = parse_datetime(sent["snooze"]) if sent["snooze"] else None
    name = ngettext_lazy("Snoozing %(n)s ticket", "Snoozing %(n)s tickets", "n")
    said = ngettext_lazy("%(n)s ticket snoozed.", "%(n)s tickets snoozed.", "n")
    return Ready(lambda ticket: actions.snooze(ticket, until=until, actor=me), name, said)


# --- Answers ----------------------------------------------------------------------------------------------------------


def answering(sent, me):
    offer = chosen_offer(sent["predefined"])
    name = ngettext_lazy("Answering %(n)s ticket: %(to)s", "Answering %(n)s tickets: %(to)s", "n")
    said = ngettext_lazy("%(n)s ticket answered: %(to)s.", "%(n)s tickets answered: %(to)s.", "n")
    soon = ngettext_lazy("%(n)s reply goes in a minute: %(to)s.", "%(n)s replies go in a minute: %(to)s.", "n")
    return Ready(lambda ticket: answer(ticket, offer, me), name, said, offer.row.name, soon)


def chosen_offer(value):
    """The predefined reply a form names. Raises Refused for anything not offered (T19)."""
    offer = predefined.shelf().offers.get(int(value)) if queues.is_id(value) else None
    if offer is None:
        raise Refused(_("Choose one of the list."))
    return offer


def answer(ticket, offer, me):
    """Set a predefined reply on its way with its fields filled in, and what it does besides: it goes when it cannot be
    taken back any more. Raises Refused where the guard stops it: one by one somebody might send it all the same, but
    not unread to many."""
    text, codes = words_for(ticket, offer, me), codes_of(offer)
    after, status = predefined.after([offer], codes, ticket), predefined.status_of([offer], codes, ticket)
    due_at = timezone.now() + UNDO
    actions.hold_reply(ticket, author=me, written=write(text), due_at=due_at, status=status, after=after)


def codes_of(offer):
    """Everything it does besides."""
    return {one.code for one in predefined.also([offer]) if one.code}


def words_for(ticket, offer, me):
    """What a predefined reply says to one ticket's client. Raises Refused where it is not to be sent."""
    if not offer.is_for(ticket.department_id):
        raise Refused(_("This reply is not offered in its department."))
    text = predefined.filled(offer, ticket, agent=me).text
    guard.refuse(text, ticket, status=predefined.status_of([offer], codes_of(offer), ticket))
    return text


def posting(sent, me):
    """The same words to every ticket of an incident, once each, when they cannot be called back any more."""
    text, due_at = sent["incident"], datetime.fromtimestamp(sent.get("due_at") or 0, UTC)
    name = ngettext_lazy("Answering %(n)s ticket of an incident", "Answering %(n)s tickets of an incident", "n")
    said = ngettext_lazy("%(n)s ticket answered.", "%(n)s tickets answered.", "n")
    soon = ngettext_lazy("%(n)s reply is on its way.", "%(n)s replies are on their way.", "n")
    return Ready(lambda ticket: post(ticket, text, me, due_at), name, said, soon=soon)


def post(ticket, text, me, due_at):
    """Hold it until then; what a worker comes to later goes at once."""
    written = write(post_for(ticket, text, me))
    if due_at > timezone.now():
        actions.hold_reply(ticket, author=me, written=written, due_at=due_at)
    else:
        actions.reply(ticket, author=me, written=written, by_staff=True)


def post_for(ticket, text, me):
    """What a post says to one ticket's client. Raises Refused where the guard stops it: nobody reads it once more for
    each ticket."""
    text = filling.merged(text, ticket, agent=me)
    guard.refuse(text, ticket)
    return text


LONGEST = 500  # signs of one field that a job keeps
ACTS = {  # the name of the button that asks for it: what it is
    "close": Act(closing, reads_first=True),
    "assign": Act(assigning, ("assign",)),
    "status": Act(setting_status, ("status",), reads_first=True),
    "priority": Act(setting_priority, ("priority",)),
    "department": Act(moving, ("department",)),
    "flag": Act(flagging, ("flag",)),
    "tag": Act(tagging, ("tags",), kept=tags_meant),
    "untag": Act(untagging, ("tags",), kept=tags_known),
    "snooze": Act(snoozing, ("snooze",), kept=moment_meant, reads_first=True),
    "spam": Act(marking_spam, takes_hidden=SPAM),
    "not_spam": Act(unmarking_spam, takes_hidden=SPAM),
    "trash": Act(trashing, takes_hidden=SPAM, reads_first=True),
    "block": Act(blocking, takes_hidden=SPAM),
    "restore": Act(restoring, takes_hidden=(Ticket.Hidden.TRASH,), is_reversible=False),
    "predefined": Act(answering, ("predefined",), reads_first=True),
    "incident": Act(posting, is_reversible=False, is_button=False),
}
