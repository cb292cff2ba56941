"""Splitting: messages get a ticket of their own, and keep a mark where they were (S158, S159, S194)."""

import secrets

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Category
from helpdesk_site.lib import rows

from .. import access, clock, found, merged
from ..composing import drafts
from ..conversation import split_off
from ..events import action, record
from ..lists import search
from ..models import Attachment, MailId, Message, Participant, Rating, Ticket, TicketEvent, TicketLink, TimeEntry, Verb
from ..refused import Refused
from ._shared import locked, proof, save_times
from .merging import attribute, coded, decoded
from .trashing import put_away
from .unscheduling import TRASH

TAKEN_BACK = split_off.TAKEN_BACK


@action
def split(
    ticket, *, messages, subject, department, actor, priority=None, type=None, assignee=None, people=(), tell=False
):  # fmt: skip
    """Open a ticket of its own for these messages of a ticket, notes staying notes. Returns it.

    The old one keeps them with a mark. The new one's times begin now (S194). `people` are those of its participants who
    take part there too; `tell`: its client gets a letter. Raises Refused where nothing would stay, or nothing go.
    """
    ticket = locked(ticket)
    chosen = chosen_of(ticket, messages)
    refuse(ticket, chosen, subject=subject, department=department)
    now = timezone.now()
    new = opened(ticket, chosen, at=now, subject=subject, department=department, priority=priority, type=type)
    copies = [copied(new, message) for message in chosen]
    give(new, assignee=assignee, people=Participant.objects.filter(ticket=ticket, user__in=people))
    search.reindex(new)
    record(
        new, Verb.SPLIT, actor=actor, message=next(copy for copy in copies if not copy.is_note),
        saving=["last_number", "last_note", "assignee"], department=department.slug, status=new.status.code,
        tell=[new.client_id] if tell else [], copies=[told_of(copy) for copy in copies],
        **{"from": [ticket.pk, ticket.number]},
    )  # fmt: skip
    if assignee:
        record(new, Verb.ASSIGNED, actor=actor, **{"from": None, "to": assignee.pk})
    leave_mark(ticket, new, chosen, copies, actor=actor, at=now)
    return new


def leave_mark(ticket, new, chosen, copies, *, actor, at):
    """What the old ticket keeps: a link, its times by what is left, and how it was before."""
    TicketLink.objects.create(ticket=ticket, other=new, kind=TicketLink.Kind.RELATES, by=actor)
    before = {name: coded(ticket, name) for name in clock.TIMED}
    recount(ticket, without={message.pk for message in chosen}, at=at)
    save_times(ticket)
    ratings_along(zip(chosen, copies, strict=True))
    changed = {name: [value, coded(ticket, name)] for name, value in before.items()}
    record(
        ticket, Verb.SPLIT, actor=actor, to=[new.pk, new.number], messages=[message.pk for message in chosen],
        set={name: pair for name, pair in changed.items() if pair[0] != pair[1]},
        time=time_along(chosen, copies, new), last=[new.last_number, new.last_note],
    )  # fmt: skip


# --- What goes --------------------------------------------------------------------------------------------------------


def chosen_of(ticket, messages):
    """Those of the messages that stand in this ticket's thread, by time."""
    ids = [message.pk for message in messages]
    chosen = Message.objects.filter(pk__in=ids, ticket__in=merged.ids(ticket), deleted_at=None)
    return list(chosen.select_related("author").order_by("created_at", "pk"))


def refuse(ticket, chosen, *, subject, department):
    """Raise Refused where these messages make no ticket, or leave none."""
    if not department.is_active:
        raise Refused(_("This department takes no tickets."))
    if not subject.strip():
        raise Refused(_("Enter a subject."))
    gone = moved_away(ticket)
    if any(message.pk in gone for message in chosen):
        raise Refused(_("Some of these messages were moved to a ticket of their own already."))
    going = {message.pk for message in chosen if not message.is_note}
    if not going:
        raise Refused(_("Choose at least one message that the client can read; a note alone makes no ticket."))
    if not staying(ticket, without=going).exists():
        raise Refused(
            _("At least one message has to stay. To pass the whole ticket on, change its department or its subject.")
        )


def moved_away(ticket):
    """The ids of the messages of this thread that have a ticket of their own, wherever they stood when they got it."""
    taken_back = TicketEvent.objects.filter(ticket=OuterRef("ticket"), verb=Verb.UNSPLIT, data__has_key="from")
    copies = Message.objects.filter(origin__ticket__in=merged.ids(ticket)).exclude(Exists(taken_back))
    return set(copies.values_list("origin", flat=True))


def staying(ticket, *, without):
    """The public messages of a thread that are its own yet, by time."""
    gone = moved_away(ticket) | set(without)
    public = Message.objects.filter(ticket__in=merged.ids(ticket), is_note=False, deleted_at=None)
    return public.exclude(pk__in=gone).order_by("created_at", "pk")


# --- The new ticket ---------------------------------------------------------------------------------------------------


def opened(ticket, chosen, *, at, subject, department, priority, type):
    """The new ticket of the same client: whose turn it is by its last message, since now."""
    public = [message for message in chosen if not message.is_note]
    last, answered = public[-1], any(message.by_staff for message in public)
    new = Ticket(
        subject=subject,
        department=department,
        priority=priority or ticket.priority,
        type=type,
        client=ticket.client,
        organisation=ticket.organisation,
        service=ticket.service,
        channel=public[0].channel,
        answer_to=ticket.answer_to,
        created_at=at,
        updated_at=at,
        last_message_at=last.created_at,
        last_by_staff=last.by_staff,
        waiting_since=None if last.by_staff else at,
    )
    policy = department.policy
    status = policy.status_new
    if answered:
        status = policy.status_after_staff if last.by_staff else policy.status_after_client
    new.status = status
    clock.enter_status(new, status, at=at)
    return Ticket.objects.insert_numbered(new)


def give(new, *, assignee, people):
    """Who looks after it, and who of the old ticket's people takes part here too."""
    if assignee and not access.may_flag(new, assignee):
        raise Refused(_("%(person)s does not work in this department.") % {"person": assignee})
    new.assignee = assignee
    Participant.objects.bulk_create(
        Participant(ticket=new, user_id=row.user_id, rights=row.rights, notify=row.notify) for row in people
    )


def copied(new, message):
    """The message once more, under the new ticket's own number, with its time, author and files."""
    if message.is_note:
        number = new.last_note = new.last_note + 1
    else:
        number = new.last_number = new.last_number + 1
    copy = Message(
        ticket=new, number=number, origin=message, salt=secrets.token_hex(16),
        **{name: getattr(message, name) for name in SAME},
    )  # fmt: skip
    rows.insert(copy)
    files = [
        Attachment(message=copy, **{name: getattr(file, name) for name in SAME_FILE})
        for file in message.attachments.all()
    ]
    rows.insert(*files)
    copy.files = files
    MailId.objects.bulk_create(MailId(value=known.value, ticket=new, message=copy) for known in message.mail_ids.all())
    return copy


SAME = [
    "is_note", "by_staff", "author", "channel", "format", "body", "html", "renderer", "quoted", "incoming", "trust",
    "created_at", "edited_at",
]  # fmt: skip
SAME_FILE = ["name", "cid", "content_type", "size", "sha256", "stored_as", "thumbnail"]  # the same bytes


def told_of(copy):
    """What the event keeps of one message that came along (history.Messages)."""
    return {"message": copy.pk, "author": copy.author_id, "is_note": copy.is_note, **proof(copy, copy.files)}


def time_along(chosen, copies, new):
    """The time logged with a message goes with it. Returns [id, message, ticket] as they were."""
    kept = []
    for message, copy in zip(chosen, copies, strict=True):
        for entry in TimeEntry.objects.filter(message=message):
            kept.append([entry.pk, entry.message_id, entry.ticket_id])
            TimeEntry.objects.filter(pk=entry.pk).update(message=copy, ticket=new)
    return kept


def ratings_along(pairs):
    """What clients said of a reply goes with it, from the first message of each pair to the second (S171). Who has
    rated both, while each stood in a ticket of its own, keeps both."""
    for message, copy in pairs:
        said = Rating.objects.filter(message=copy).values("user")
        Rating.objects.filter(message=message).exclude(user__in=said).update(message=copy, ticket=copy.ticket_id)


# --- The old one ------------------------------------------------------------------------------------------------------


def recount(ticket, *, without, at):
    """Its times and whose turn it is, by the messages that are its own yet (S194)."""
    public = list(staying(ticket, without=without).values_list("created_at", "by_staff", "number"))
    turn, (last_at, by_staff, _number) = ticket.last_by_staff, public[-1]
    ticket.last_message_at, ticket.last_by_staff, ticket.updated_at = last_at, by_staff, at
    ticket.first_reply_at = min((moment for moment, staff, number in public if staff and number > 1), default=None)
    if ticket.category == Category.CLOSED:
        return
    if by_staff != turn:
        policy = ticket.policy
        clock.enter_status(ticket, policy.status_after_staff if by_staff else policy.status_after_client, at=at)
    ticket.waiting_since = waits_since(public)
    ticket.queue_at = clock.queue_time(ticket)


def waits_since(public):
    """When the first message was written that nobody has answered; None where we wrote last."""
    since = None
    for moment, by_staff, _number in public:
        since = None if by_staff else since or moment
    return since


# --- Taking it back ---------------------------------------------------------------------------------------------------


@action
def unsplit(event, *, actor):
    """Take a split (the SPLIT event of either ticket) back within a day, while nobody has written in the new one: it
    goes to the trash, the messages are the old one's again. Returns the old ticket."""
    if "from" in event.data:
        event = of_old(event)
    homes = homes_of(event.data["messages"])
    rows = found.all_locked({event.ticket_id, event.data["to"][0], *homes})
    ticket, new = rows[event.ticket_id], rows[event.data["to"][0]]
    untouched = [new.last_number, new.last_note] == event.data["last"]
    if timezone.now() - event.at > TAKEN_BACK or not untouched or new.hidden or new.merged_into_id or new.has_merged:
        raise Refused(_("Somebody wrote in %(number)s since, or a day has passed.") % {"number": new.number})
    for pk, message, old in event.data["time"]:
        TimeEntry.objects.filter(pk=pk, ticket=new).update(message=message, ticket=old)
    ratings_along((copy, copy.origin) for copy in new.messages.select_related("origin").exclude(origin=None))
    TicketLink.objects.filter(ticket=ticket, other=new, kind=TicketLink.Kind.RELATES).delete()
    MailId.objects.filter(ticket=new).delete()
    for waiting in new.pending_replies.select_for_update(skip_locked=True).order_by("pk"):
        drafts.give_back(waiting, why=TRASH)
    there = put_away(new, by=actor)
    put_back(ticket, event)
    save_times(ticket)
    record(new, Verb.UNSPLIT, actor=actor, put_away=there, **{"from": [ticket.pk, ticket.number]})
    record(ticket, Verb.UNSPLIT, actor=actor, of=event.sequence, to=event.data["to"])
    for pk in homes.keys() - set(merged.ids(ticket)):
        record(rows[pk], Verb.UNSPLIT, actor=actor, messages=homes[pk], to=event.data["to"])
    return ticket


def homes_of(messages):
    """{ticket id: those of these messages (ids) that were written there}."""
    found = {}
    for pk, ticket in Message.objects.filter(pk__in=messages).order_by("pk").values_list("pk", "ticket"):
        found.setdefault(ticket, []).append(pk)
    return found


def of_old(event):
    """The event of the old ticket that goes with that of the new one."""
    rows = TicketEvent.objects.filter(ticket=event.data["from"][0], verb=Verb.SPLIT, click=event.click)
    return next(row for row in rows if row.data["to"][0] == event.ticket_id)


def put_back(ticket, event):
    """Its times and status as before, unless somebody wrote there or changed the status since, or it lies elsewhere."""
    left = {name: after for name, (_before, after) in event.data["set"].items() if name in WRITTEN}
    moved = [moment for moment in (ticket.hidden_at, ticket.snoozed_at) if moment and moment > event.at]
    if moved or ticket.merged_into_id or any(coded(ticket, name) != after for name, after in left.items()):
        return
    for name, (before, _after) in event.data["set"].items():
        setattr(ticket, attribute(name), decoded(name, before))


WRITTEN = ("status", "last_message_at", "last_by_staff", "waiting_since")
