"""Taking a merge back: whole, as long as nobody has written since; later one merged ticket alone."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import exposure, found, merged
from ..conversation import split_off
from ..events import action, record
from ..lists import search
from ..models import (
    CheckPoint,
    Draft,
    Flag,
    Mention,
    Message,
    Participant,
    PendingReply,
    Ticket,
    TicketEvent,
    TicketLink,
    TimeEntry,
    Verb,
    Watcher,
)
from ..refused import Refused
from ._shared import refuse_trashed, save_times, take_mails_along
from .merging import DUE, JOINED, KINDS, attribute, coded, decoded, with_followers

TAKEN_BACK = timedelta(hours=24)
# What follows from the status: put back together with it or not at all
OF_STATUS = {
    "status", "category", "awaiting", "status_since", "settle_at", "close_at", "remind_at", "closed_at", "closed_by",
    "waiting_since", "queue_at", "snoozed_at", "snoozed_until", "snoozed_by",
}  # fmt: skip


@action
def unmerge(event, *, actor):
    """Take a merge (its TOOK_IN event) back: each ticket as it was, with its people, within a day and as long as nobody
    has written since. Returns the survivor. Raises Refused else: then `detach` takes a merged ticket out alone."""
    ids = [pk for pk, _number in sorted(event.data["tickets"])]
    there = found.all_locked(with_followers([event.ticket_id, *ids]))
    survivor, rows = there[event.ticket_id], [there[pk] for pk in ids]
    if timezone.now() - event.at > TAKEN_BACK or not stands(event, survivor, rows):
        raise Refused(_("Somebody wrote here since, or a day has passed. The merged ticket can still be taken out."))
    for row in rows:
        go_free(row, actor=actor)
    give_back(survivor, event.data)
    let_all_go(survivor, event.data)
    put_back(survivor, event)
    finish(survivor, rows, event, actor=actor)
    return survivor


@action
def detach(ticket, *, actor):
    """Take one merged ticket out of its survivor: a ticket of its own again, with its messages. What was written since
    stays where it is; whoever came along with it and wrote nothing there loses sight of the survivor. Returns the
    ticket. Raises Refused for one that is none, or whose survivor was merged on."""
    into = Ticket.objects.values_list("merged_into", flat=True).get(pk=ticket.pk)
    rows = found.all_locked(with_followers([ticket.pk, into] if into else [ticket.pk]))
    row = rows[ticket.pk]
    if not row.merged_into_id:
        raise Refused(_("%(number)s is a ticket of its own already.") % {"number": row.number})
    survivor = rows.get(row.merged_into_id) or Ticket.objects.get(pk=row.merged_into_id)
    if survivor.merged_into_id:
        said = {"number": survivor.number, "survivor": merged.survivor(survivor).number}
        raise Refused(_("%(number)s was merged into %(survivor)s itself. Take that out first.") % said)
    refuse_trashed(survivor)
    event = latest_merge(survivor, row)
    go_free(row, actor=actor)
    give_back(survivor, event.data, of=row)
    let_go(survivor, event.data, row)
    finish(survivor, [row], event, actor=actor)
    return row


# --- Whether it can be ------------------------------------------------------------------------------------------------


def stands(event, survivor, rows):
    """Whether the survivor and what was merged into it are as the merge left them, as far as words go."""
    together = all(row.merged_into_id == survivor.pk for row in rows)
    silent = [survivor.last_number, survivor.last_note] == event.data["last"]
    later = TicketEvent.objects.filter(ticket=survivor, verb=Verb.TOOK_IN, sequence__gt=event.sequence)
    settled = survivor.merged_into_id or survivor.is_trashed
    return together and silent and not settled and not any(merges_still(later))


def merges_still(events):
    """Which of these TOOK_IN events were not taken back, wholly or in part."""
    for event in events:
        taken = Ticket.objects.filter(pk__in=[pk for pk, _number in event.data["tickets"]])
        yield taken.filter(merged_into=event.ticket_id).exists()


def may_take_back(event, survivor):
    """Whether `unmerge` would do it, asked for a page."""
    rows = Ticket.objects.filter(pk__in=[pk for pk, _number in event.data["tickets"]])
    return timezone.now() - event.at <= TAKEN_BACK and stands(event, survivor, rows)


def latest_merge(survivor, row):
    """The event by which a ticket came into this one. Raises Refused where there is none."""
    events = TicketEvent.objects.filter(ticket=survivor, verb=Verb.TOOK_IN).order_by("-sequence")
    event = next((one for one in events if row.pk in [pk for pk, _number in one.data["tickets"]]), None)
    if event is None:
        raise Refused(_("This can no longer be undone."))
    return event


# --- Back -------------------------------------------------------------------------------------------------------------


def go_free(row, *, actor):
    """A ticket of its own again, with what was due of it."""
    event = TicketEvent.objects.filter(ticket=row, verb=Verb.MERGED).order_by("-sequence").first()
    survivor, row.merged_into = row.merged_into_id, None
    splits = split_meanwhile(row, survivor)
    for name, moment in (event.data["due"] if event else {}).items():
        setattr(row, name, datetime.fromisoformat(moment))
    record(row, Verb.UNMERGED, actor=actor, saving=["merged_into", *DUE], **splits, **{"from": survivor})


def split_meanwhile(row, survivor):
    """Where its messages went that were split off while they stood in the survivor's thread: its own history tells it
    from now on."""
    events = TicketEvent.objects.filter(ticket=survivor, verb__in=split_off.VERBS).order_by("sequence")
    moved = {pk: number for pk, (verb, number) in split_off.marks(events).items() if verb == Verb.SPLIT}
    own, splits = Message.objects.filter(ticket__in=merged.ids(row), pk__in=moved).order_by("pk"), {}
    for pk in own.values_list("pk", flat=True):
        splits.setdefault(moved[pk], []).append(pk)
    return {"splits": splits} if splits else {}


def give_back(survivor, data, *, of=None):
    """Move to the merged tickets (or the one, `of`) what was theirs and is still here."""
    own = {of.pk} if of else {pk for pk, _number in data["tickets"]}
    for pk, ticket, place in (row for row in data["points"] if row[1] in own):
        CheckPoint.objects.filter(pk=pk, ticket=survivor).update(ticket=ticket, position=place)
    for pk, ticket in (row for row in data["time"] if row[1] in own):
        TimeEntry.objects.filter(pk=pk, ticket=survivor).update(ticket=ticket)
    for pk, ticket, seen in (row for row in data["pending"] if row[1] in own):
        PendingReply.objects.filter(pk=pk, ticket=survivor).update(ticket=ticket, seen=seen)
    for pk, one, other in (row for row in data["links"] if own & set(row[1:])):
        TicketLink.objects.filter(pk=pk).update(ticket=one, other=other)
    for pk, ticket in (row for row in data["followers"] if row[1] in own):
        Ticket.objects.filter(pk=pk, follow_up_of=survivor).update(follow_up_of=ticket)
    places = {f"{kind}/{number}" for pk, number in data["tickets"] if pk in own for kind in KINDS}
    for pk, place in (row for row in data["drafts"] if row[1] in places):
        draft = Draft.objects.filter(pk=pk).first()
        if draft and not Draft.objects.filter(owner=draft.owner, place=place).exists():
            Draft.objects.filter(pk=pk).update(place=place)


def let_all_go(survivor, data):
    """Take off the people and marks that a merge added."""
    people = Participant.objects.filter(ticket=survivor)
    people.filter(user__in=data["people"]).delete()
    people.filter(user__in=data["raised"]).update(rights=Participant.Rights.READ)
    Flag.objects.filter(ticket=survivor, user__in=data["flags"]).delete()
    Watcher.objects.filter(ticket=survivor, user__in=data["watchers"]).delete()
    Mention.objects.filter(ticket=survivor, user__in=data["mentions"]).delete()
    survivor.tags.remove(*data["tags"])


def let_go(survivor, data, row):
    """Take off the people who came along with one ticket, but those who came with another too, or have written here."""
    merged.forget(survivor)
    rest = list(Ticket.objects.filter(pk__in=merged.family(survivor)))
    stay = set(survivor.messages.values_list("author_id", flat=True))
    people = set(data["people"]) & came_with([row]) - stay - came_with(rest)
    Participant.objects.filter(ticket=survivor, user__in=people).delete()


def came_with(tickets):
    """The client's side of these tickets, as far as they are named there."""
    joined = exposure.taking_part(tickets)
    return set().union(*({ticket.client_id} | joined[ticket.pk] for ticket in tickets))


def put_back(survivor, event):
    """The survivor's status, times and subject as before the merge; what somebody changed since is left alone."""
    changed = {name for name, (_before, after) in event.data["set"].items() if coded(survivor, name) != after}
    snoozed_since = survivor.snoozed_at and survivor.snoozed_at > event.at
    keep = changed | OF_STATUS if "status" in changed or survivor.hidden or snoozed_since else changed
    for name, (before, _after) in event.data["set"].items():
        if name not in keep:
            setattr(survivor, attribute(name), decoded(name, before))
    texts = dict(event.contents.values_list("name", "text"))
    if texts and survivor.subject == texts["to"]:
        survivor.subject = texts["from"]


def finish(survivor, rows, event, *, actor):
    """Save the survivor as it is without these tickets, and write it down."""
    survivor.has_merged = Ticket.objects.filter(merged_into=survivor).exists()
    merged.forget(survivor)
    save_times(survivor, "subject", "has_merged", *JOINED)
    for ticket in [survivor, *rows]:
        take_mails_along(ticket)
        search.reindex(ticket)
    told = [[row.pk, row.number] for row in rows]
    record(survivor, Verb.UNMERGED, actor=actor, of=event.sequence, tickets=told)
