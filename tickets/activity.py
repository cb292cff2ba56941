"""What one person did lately: a line a click, the latest first, with what can still be taken back (issue, "Undo").

Read from the index `event_acts`, which holds no replies and notes: those that have gone are in their tickets, those
that wait stand on top. Acts on many tickets are told by their jobs.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import access, bulk
from .actions.undoing import BACK, LONGER
from .actions.unmerging import TAKEN_BACK
from .clock import UNDO
from .conversation import telling
from .models import BulkJob, PendingReply, Ticket, TicketEvent, Verb
from .models.event import EVERYDAY

PAGE = 40
MOST_NAMED = 3  # tickets of one job
MOST_TOLD = 3  # sentences of one click
UNDOING = (Verb.UNDONE, Verb.UNMERGED, Verb.UNSPLIT)  # each names by `of` what it took back
SILENT = (Verb.UNDONE, Verb.MERGED)  # said by the line of what was undone; by the survivor's line


@dataclass
class Act:
    """One click, or one job: `words` are safe sentences, `tickets` those it was about that this person may see."""

    at: datetime
    icon: str = "clock"
    tone: str = ""
    words: list = field(default_factory=list)
    numbers: list = field(default_factory=list)  # (number, subject, address or "" where it is out of sight)
    click: object = None
    job: BulkJob | None = None
    undo_seconds: int = 0  # left; 0: it cannot be taken back
    is_undone: bool = False

    @property
    def is_for_long(self):
        """Whether it can be taken back for hours: no seconds need be counted."""
        return self.undo_seconds > UNDO.seconds


def waiting(viewer):
    """The replies of this person that have not gone yet, the next to go first; those of a job are in its line."""
    rows = PendingReply.objects.filter(author=viewer.user).exclude(click__in=jobs_clicks(viewer.user))
    return list(rows.select_related("ticket").order_by("due_at")[:PAGE])


def jobs_clicks(person):
    return BulkJob.objects.filter(user=person).values("click")


def lately(viewer, before=""):
    """(Acts, where the next page begins) of this person, from a moment on; a moment nobody named is now."""
    moment = moment_of(before)
    heads, jobs = heads_of(viewer.user, moment), jobs_of(viewer.user, moment)
    rows = sorted([*heads, *jobs], key=at_of, reverse=True)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    clicks = told(viewer, [row for row in rows if isinstance(row, TicketEvent)])
    few = tickets_of_jobs(viewer, [row.pk for row in rows if isinstance(row, BulkJob) and row.total <= MOST_NAMED])
    acts = [clicks[row.click] if isinstance(row, TicketEvent) else act_of_job(row, few) for row in rows]
    return acts, at_of(rows[-1]).isoformat() if more else ""


def at_of(row):
    return row.at if isinstance(row, TicketEvent) else row.created_at


def moment_of(text):
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def heads_of(person, moment):
    """The last event of each click of theirs, but for jobs'."""
    own = TicketEvent.objects.exclude(verb__in=EVERYDAY)
    later = own.filter(click=OuterRef("click"), pk__gt=OuterRef("pk"), actor=person).exclude(verb__in=SILENT)
    rows = own.filter(~Exists(later), actor=person).exclude(verb__in=SILENT).exclude(click__in=jobs_clicks(person))
    if moment:
        rows = rows.filter(at__lt=moment)
    return list(rows.only("id", "click", "at").order_by("-at", "-id")[: PAGE + 1])


def jobs_of(person, moment):
    """Their acts on many tickets, but for those that had nothing to change."""
    idle = Q(changed=0, failed=[], state=BulkJob.State.DONE)
    rows = BulkJob.objects.filter(user=person).exclude(idle).defer("tickets").select_related("user").order_by("-pk")
    return list((rows.filter(created_at__lt=moment) if moment else rows)[: PAGE + 1])


# --- Told -------------------------------------------------------------------------------------------------------------


def told(viewer, heads):
    """{click: Act} of these events' clicks, in six statements or so however many they are."""
    rows = TicketEvent.objects.filter(click__in=[head.click for head in heads]).order_by("at", "ticket_id", "sequence")
    events = [telling.Event._make(row) for row in rows.values_list(*telling.EVENT)]
    names, tickets = telling.names_for(events), tickets_of(viewer, {event.ticket_id for event in events})
    answered = {event.click for event in events if event.verb == Verb.REPLIED}
    undone, acts = undone_of(events), {}
    for event in events:
        act = acts.setdefault(event.click, Act(event.at, click=event.click))
        act.at = max(act.at, event.at)
        add_ticket(act, tickets[event.ticket_id])
        if event.actor_id != viewer.user.pk or not is_told(event.verb, with_reply=event.click in answered):
            continue
        names.page = tickets[event.ticket_id][2]
        line = telling.tell(event, names)
        act.icon, act.tone = line.icon, line.tone
        if len(act.words) < MOST_TOLD and line.words not in act.words:
            act.words.append(line.words)
        act.is_undone |= (event.ticket_id, event.sequence) in undone
    for click, act in acts.items():
        act.undo_seconds = 0 if act.is_undone else seconds_left([event for event in events if event.click == click])
    return acts


def is_told(verb, *, with_reply):
    """Whether an event has a sentence of its own: of a reply that is what was written, and whether it closed."""
    if with_reply:
        return verb in (Verb.REPLIED, Verb.CLOSED)
    return verb not in EVERYDAY and verb not in SILENT


def tickets_of(viewer, ids):
    """{id: (number, subject, address)} of the tickets; of those out of sight the number alone."""
    rows = Ticket.objects.filter(pk__in=ids)
    seen = {row.pk: row for row in rows.filter(access.visible(viewer)).only("number", "subject")}
    hidden = rows.exclude(pk__in=seen).values_list("pk", "number")
    return {pk: (row.number, row.subject, row.get_absolute_url()) for pk, row in seen.items()} | {
        pk: (number, "", "") for pk, number in hidden
    }


def add_ticket(act, ticket):
    if ticket not in act.numbers:
        act.numbers.append(ticket)


def undone_of(events):
    """{(ticket, sequence)} of what was taken back on these tickets."""
    rows = TicketEvent.objects.filter(ticket__in={event.ticket_id for event in events}, verb__in=UNDOING)
    return {(ticket, data.get("of")) for ticket, data in rows.values_list("ticket_id", "data")}


def seconds_left(events):
    """For how many seconds yet a click can be taken back, as actions.undo sees it."""
    verbs, last = {event.verb for event in events}, max(event.at for event in events)
    if verbs & LONGER.keys():
        return seconds_until(last + TAKEN_BACK)
    if Verb.REPLIED in verbs or not verbs & BACK.keys():
        return 0
    return seconds_until(last + UNDO)


def seconds_until(moment):
    return max(0, int((moment - timezone.now()).total_seconds()))


def tickets_of_jobs(viewer, jobs):
    """{job: its tickets as in `tickets_of`} of these small jobs (ids)."""
    ids = dict(BulkJob.objects.filter(pk__in=jobs).values_list("pk", "tickets")) if jobs else {}
    known = tickets_of(viewer, {pk for own in ids.values() for pk in own}) if ids else {}
    return {job: [known[pk] for pk in own if pk in known] for job, own in ids.items()}


def act_of_job(job, few):
    """The Act of an act on many tickets; where they are few, they are named."""
    is_undone = job.state == BulkJob.State.UNDONE
    return Act(
        job.created_at,
        icon="list-details",
        words=words_of_job(job, bulk.told(job)),
        numbers=few.get(job.pk, []),
        job=job,
        undo_seconds=bulk.undo_seconds(job),
        is_undone=is_undone,
    )


def words_of_job(job, told):
    """The lines of an act on many tickets: what it did, or what it was to do where it does it yet or did not."""
    if job.state in (*bulk.UNFINISHED, BulkJob.State.UNDONE):
        return [told.name]
    return [told.done] if job.changed else [told.name, told.done]
