"""Merging tickets (S134, S139-S144, S165, C12; ARCHITECTURE, "Merging and splitting").

No message moves: `merged_into` leads to the survivor, whose thread reads theirs too. What hangs on the tickets (people,
tags, drafts, replies that wait) is joined there. The survivor's event keeps what was before, for `unmerging`.
"""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mail.render import known_language

from .. import access, clock, exposure, found, merged
from ..composing import drafts
from ..events import action, record
from ..lists import search
from ..models import (
    Attachment,
    CheckPoint,
    Draft,
    Flag,
    Mention,
    Participant,
    PendingReply,
    Tag,
    Ticket,
    TicketLink,
    TimeEntry,
    Verb,
    Watcher,
)
from ..refused import Refused
from . import linking
from ._shared import save_times, take_mails_along
from .tagging import still_there

MOST = 50  # tickets at once
SUBJECT = 200  # characters
DUE = ["settle_at", "close_at", "remind_at", "rules_at", "snoozed_until"]  # nothing is due of a merged-away ticket
JOINED = ["assignee", "team", "escalated", "follow_up_of", "unconfirmed_since"]
KEPT = [*clock.TIMED, *JOINED]  # of the survivor, as it was before
KINDS = (Draft.Kind.REPLY, Draft.Kind.NOTE)


@action
def merge(tickets, *, actor, into=None, across=False, tell=False):
    """Join `tickets` in one of them: `into`, else the one opened first (S139). Returns the survivor.

    `across` says that the actor has read who will see what, and wants it (C12); `tell`, that the clients get a letter.
    Raises Refused for tickets that are merged or put away already, that the actor does not work on, and for those of
    other clients or organisations where nobody may, or `across` is not said.
    """
    rows = locked_together(tickets)
    survivor = next((row for row in rows if into and row.pk == into.pk), None) or oldest(rows)
    others = [row for row in rows if row.pk != survivor.pk]
    refuse(rows, survivor, actor=actor, across=across)
    before = {name: coded(survivor, name) for name in KEPT}
    counters, subject, now = [survivor.last_number, survivor.last_note], survivor.subject, timezone.now()
    joined = join(survivor, others, actor=actor)
    take_over(survivor, others, at=now)
    survivor.subject = marked(subject, survivor.client.language)
    survivor.has_merged = True
    merged.forget(survivor)
    save_times(survivor, "subject", "has_merged", *JOINED)
    for other in others:
        lead_on(other, survivor, actor=actor)
    take_mails_along(survivor)
    search.reindex(survivor)
    changed = {name: [value, coded(survivor, name)] for name, value in before.items()}
    record(
        survivor, Verb.TOOK_IN, actor=actor,
        texts={"from": subject, "to": survivor.subject} if subject != survivor.subject else None,
        tickets=[[row.pk, row.number] for row in others],
        last=counters,
        set={name: pair for name, pair in changed.items() if pair[0] != pair[1]},
        tell=sorted({row.client_id for row in rows}) if tell else [],
        **joined,
    )  # fmt: skip
    return survivor


# --- Before -----------------------------------------------------------------------------------------------------------


def locked_together(tickets):
    """Their fresh rows, locked in the order of all, so that two who merge the same tickets the other way round wait for
    each other (T09). Raises Refused for one alone, and for too many."""
    ids = sorted({ticket.pk for ticket in tickets})
    if len(ids) < 2:
        raise Refused(_("Choose another ticket to merge with."))
    if len(ids) > MOST:
        raise Refused(_("No more than %(n)s tickets can be merged at once.") % {"n": MOST})
    rows = found.all_locked(with_followers(ids))
    return [rows[pk] for pk in ids]


def with_followers(ids):
    """The ids of these tickets and of those that follow up on them, which are changed with them."""
    return {*ids, *Ticket.objects.filter(follow_up_of__in=ids).values_list("pk", flat=True)}


def oldest(rows):
    return min(rows, key=lambda row: (row.created_at, row.pk))


def refuse(rows, survivor, *, actor, across):
    """Raise Refused where these tickets cannot be one, or the actor may not make them so."""
    for row in rows:
        if row.merged_into_id:
            said = {"number": row.number, "survivor": merged.survivor(row).number}
            raise Refused(_("%(number)s was merged into %(survivor)s meanwhile.") % said)
        if row.hidden:
            raise Refused(_("%(number)s lies in the spam or in the trash. Restore it first.") % {"number": row.number})
        if not access.works_on(actor, row):
            raise Refused(_("%(number)s has left your departments.") % {"number": row.number})
    if exposure.is_outside(rows, survivor):
        if not exposure.may_cross(actor, rows):
            raise Refused(_("These tickets are of different clients. A lead may merge them where policy lets it."))
        if not across:
            raise Refused(_("Read who will see what, and confirm it."))


# --- Joining ----------------------------------------------------------------------------------------------------------


def take_over(survivor, others, *, at):
    """The turn, the times and the status of the one that got the last reply (S141); who looks after it, where nobody
    does yet."""
    rows = [survivor, *others]
    last = max(rows, key=lambda row: (row.last_message_at, row.pk))
    waits = [row.waiting_since for row in rows if row.waiting_since]
    answered = [row.first_reply_at for row in rows if row.first_reply_at and row.first_reply_at >= survivor.created_at]
    survivor.first_reply_at = survivor.first_reply_at or min(answered, default=None)
    survivor.last_message_at, survivor.last_by_staff = last.last_message_at, last.last_by_staff
    if last is not survivor:
        clock.end_snooze(survivor)
        clock.enter_status(survivor, last.status, at=last.status_since or at)
        survivor.closed_at, survivor.closed_by = last.closed_at, last.closed_by
    survivor.waiting_since = None if last.waiting_since is None else min(waits)
    survivor.queue_at, survivor.updated_at = clock.queue_time(survivor), at
    survivor.escalated = any(row.escalated for row in rows)
    if survivor.assignee_id is None:
        able = [row.assignee for row in others if row.assignee and access.may_flag(survivor, row.assignee)]
        survivor.assignee = next(iter(able), None)
    if survivor.team_id is None:
        same = [row.team for row in others if row.team_id and row.department_id == survivor.department_id]
        survivor.team = next(iter(same), None)
    unsure = [row.unconfirmed_since for row in rows if row.client_id == survivor.client_id and row.unconfirmed_since]
    survivor.unconfirmed_since = min(unsure, default=None)  # still to be confirmed by its client (S69)
    ids = {row.pk for row in rows}
    if survivor.follow_up_of_id is None or survivor.follow_up_of_id in ids:
        followed = [row.follow_up_of_id for row in others if row.follow_up_of_id and row.follow_up_of_id not in ids]
        survivor.follow_up_of_id = next(iter(followed), None)


def join(survivor, others, *, actor):
    """Let the people, tags, flags, drafts and replies of the others be the survivor's too. Returns what was added and
    moved, as ids."""
    added, raised = join_people(survivor, others)
    ids = [row.pk for row in others]
    flags = new_ones(Flag, survivor, ids)
    Flag.objects.bulk_create(Flag(ticket=survivor, user_id=pk, by=actor) for pk in flags)
    watchers = new_ones(Watcher, survivor, ids)
    Watcher.objects.bulk_create(Watcher(ticket=survivor, user_id=pk) for pk in watchers)
    mentions = new_ones(Mention, survivor, ids)
    Mention.objects.bulk_create(Mention(ticket=survivor, user_id=pk) for pk in mentions)
    tagged = set(survivor.tags.values_list("pk", flat=True))
    tags = [row.pk for row in still_there(Tag.objects.filter(tickets__in=ids).exclude(pk__in=tagged))]
    survivor.tags.add(*tags)
    return {
        "people": added, "raised": raised, "flags": flags, "watchers": watchers,
        "mentions": mentions, "tags": tags,
        "links": join_links(survivor, ids), "followers": follow_on(survivor, ids),
        "points": join_points(survivor, ids), "time": moved(TimeEntry, survivor, ids),
        "pending": join_pending(survivor, ids), "drafts": join_drafts(survivor, others),
    }  # fmt: skip


def join_people(survivor, others):
    """The others' clients and those who took part keep access; whoever answered there may answer here. Returns the ids
    of those added, and of those who may reply now."""
    here = {row.user_id: row for row in Participant.objects.filter(ticket=survivor)}
    rows = Participant.objects.filter(ticket__in=others).select_related("user").order_by("pk")
    wanted = [Participant(user=other.client, rights=Participant.Rights.REPLY) for other in others]
    new, raised = {}, []
    for row in [*wanted, *rows]:
        replies, known = row.rights == Participant.Rights.REPLY, here.get(row.user_id) or new.get(row.user_id)
        if row.user_id == survivor.client_id or access.works_on(row.user, survivor):
            continue
        if known is None:
            new[row.user_id] = Participant(ticket=survivor, user=row.user, rights=row.rights, notify=row.notify)
        elif replies and known.rights != row.rights:
            known.rights = row.rights
            if known.pk:
                raised.append(row.user_id)
    Participant.objects.bulk_create(new.values())
    Participant.objects.filter(ticket=survivor, user__in=raised).update(rights=Participant.Rights.REPLY)
    return sorted(new), sorted(raised)


def new_ones(model, survivor, ids):
    """The people of the others' rows of this model who have none at the survivor."""
    here = model.objects.filter(ticket=survivor, user=OuterRef("user"))
    rows = model.objects.filter(ticket__in=ids).exclude(Exists(here))
    return sorted(set(rows.values_list("user_id", flat=True)))


def moved(model, survivor, ids):
    """Move the others' rows of this model. Returns [id, where it was] of each."""
    rows = [list(row) for row in model.objects.filter(ticket__in=ids).order_by("pk").values_list("pk", "ticket_id")]
    model.objects.filter(pk__in=[pk for pk, _ticket in rows]).update(ticket=survivor)
    return rows


def join_points(survivor, ids):
    """The others' points follow the survivor's own. Returns [id, where it was, its place there] of each."""
    last = CheckPoint.objects.filter(ticket=survivor).aggregate(last=Max("position"))["last"] or 0
    rows = list(CheckPoint.objects.filter(ticket__in=ids).order_by("ticket", "position", "pk"))
    kept = [[row.pk, row.ticket_id, row.position] for row in rows]
    for place, row in enumerate(rows, last + 1):
        row.ticket, row.position = survivor, place
    CheckPoint.objects.bulk_update(rows, ["ticket", "position"])
    return kept


def join_links(survivor, ids):
    """The others' links are the survivor's, but for those it has already, to itself, or in a circle. Returns [id, its
    ends as they were] of those moved."""
    kept, ends = [], dict.fromkeys(ids, survivor.pk)
    for row in TicketLink.objects.filter(Q(ticket__in=ids) | Q(other__in=ids)).order_by("pk"):
        before = [row.pk, row.ticket_id, row.other_id]
        row.ticket_id, row.other_id = ends.get(row.ticket_id, row.ticket_id), ends.get(row.other_id, row.other_id)
        one, other = Ticket(pk=row.ticket_id), Ticket(pk=row.other_id)
        if one.pk == other.pk or linking.existing(one, other, row.kind) or linking.leads(other, one, row.kind):
            continue
        row.save(update_fields=["ticket", "other"])
        kept.append(before)
    return kept


def follow_on(survivor, ids):
    """Follow-ups of the others are the survivor's (C17). Returns [id, whose it was] of each. One that was just opened,
    and is held by somebody, is not waited for: it is led on as the merged ticket is."""
    rows = Ticket.objects.select_for_update(no_key=True, skip_locked=True).filter(follow_up_of__in=ids)
    rows = rows.exclude(pk__in=[survivor.pk, *ids]).order_by("pk")
    kept = [list(row) for row in rows.values_list("pk", "follow_up_of_id")]
    Ticket.objects.filter(pk__in=[pk for pk, _of in kept]).update(follow_up_of=survivor)
    return kept


def join_pending(survivor, ids):
    """Replies that wait go to the survivor; their authors have not seen its messages, and are not asked to."""
    rows = list(PendingReply.objects.filter(ticket__in=ids).order_by("pk"))
    kept = [[row.pk, row.ticket_id, row.seen] for row in rows]
    for row in rows:
        row.ticket, row.seen = survivor, row.seen and [survivor.last_number, survivor.last_note]
        row.save(update_fields=["ticket", "seen"])
    return kept


def join_drafts(survivor, others):
    """What somebody was typing there waits here: moved, or added to what the same person types here. Returns [id, where
    it was] of those moved."""
    kept = []
    for kind in KINDS:
        place = f"{kind}/{survivor.number}"
        there = Draft.objects.filter(place__in=[f"{kind}/{row.number}" for row in others])
        for draft in there.select_for_update().order_by("pk"):
            if is_moved(draft, place):
                kept.append([draft.pk, draft.place])
                continue
            here = Draft.objects.select_for_update().get(owner=draft.owner, place=place)
            drafts.add(here, draft.fields.get("message"), draft.fields.get("elsewhere"))
            here.save(update_fields=["fields", "updated_at"])
            Attachment.objects.filter(draft=draft).update(draft=here)
            draft.delete()
    return kept


def is_moved(draft, place):
    """Move a draft to where its person types nothing yet. Returns whether it was so."""
    try:
        with transaction.atomic():
            return bool(Draft.objects.filter(pk=draft.pk).update(place=place))
    except IntegrityError:
        return False


def lead_on(other, survivor, *, actor):
    """Let a ticket live on in the survivor: no list shows it, and nothing is due of it any more."""
    due = {name: coded(other, name) for name in DUE if getattr(other, name)}
    other.merged_into = survivor
    for name in DUE:
        setattr(other, name, None)
    record(other, Verb.MERGED, actor=actor, saving=["merged_into", *DUE], into=[survivor.pk, survivor.number], due=due)


# --- The mark ---------------------------------------------------------------------------------------------------------


def marked(subject, language):
    """The subject with the mark in the client's language, unless it stands there already, in any language (S140)."""
    if any(mark.casefold() in subject.casefold() for mark in marks()):
        return subject
    mark = mark_in(known_language(language))
    return f"{mark} {subject}"[:SUBJECT].rstrip()


def mark_in(language):
    with translation.override(language):
        return pgettext("before the subject of a ticket into which others were merged", "[MERGED]")


def marks():
    return {"[MERGED]", *(mark_in(code) for code, _name in settings.LANGUAGES)}


# --- Values as codes --------------------------------------------------------------------------------------------------


def attribute(name):
    return Ticket._meta.get_field(name).attname


def coded(ticket, name):
    """A field's value as an event keeps it."""
    value = getattr(ticket, attribute(name))
    return value.isoformat() if isinstance(value, datetime) else value


def decoded(name, value):
    is_moment = Ticket._meta.get_field(name).get_internal_type() == "DateTimeField"
    return datetime.fromisoformat(value) if value and is_moment else value
