"""The checklists of a ticket: points to tick before it closes, under one heading or several. Staff only."""

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk_site.lib.text import clean_line

from ..events import action, record
from ..models import CheckPoint, Verb
from ..refused import Refused
from ._shared import locked

MOST_POINTS = 100
LONGEST = CheckPoint._meta.get_field("text").max_length
LONGEST_HEADING = CheckPoint._meta.get_field("heading").max_length


@action
def add_points(ticket, *, texts, actor, heading=""):
    """Add points at the end of the list of this heading, as one change; empty ones are left out. Returns the new
    CheckPoints."""
    ticket, heading = locked(ticket), clean_line(heading)[:LONGEST_HEADING]
    texts = [text for text in (clean_line(text)[:LONGEST] for text in texts) if text]
    points = CheckPoint.objects.filter(ticket=ticket)
    if len(texts) + points.count() > MOST_POINTS:
        raise Refused(_("A checklist has no more than %(n)s points.") % {"n": MOST_POINTS})
    last = points.aggregate(last=Max("position"))["last"] or 0
    made = CheckPoint.objects.bulk_create(
        CheckPoint(ticket=ticket, heading=heading, text=text, position=last + at) for at, text in enumerate(texts, 1)
    )
    if made:
        ids, said = [point.pk for point in made], "\n".join(texts)
        record(ticket, Verb.CHECKED, actor=actor, texts=words_of(said, heading), did="added", points=ids)
    return made


def words_of(text, heading):
    return {"text": text, "heading": heading} if heading else {"text": text}


def put_list(ticket, *, template, actor):
    """Add a ChecklistTemplate under its name, in the words of the person's language."""
    points = template.said("points").splitlines()
    return add_points(ticket, texts=points, heading=template.said("name"), actor=actor)


@action
def tick(point, *, actor):
    """It is done, by `actor`. Ticking twice changes nothing."""
    return _mark(point, actor=actor, did="ticked", done_at=timezone.now(), done_by=actor)


@action
def untick(point, *, actor):
    """It is to be done again."""
    return _mark(point, actor=actor, did="unticked", done_at=None, done_by=None)


def _mark(point, *, actor, did, done_at, done_by):
    ticket, point = held(point)
    if bool(point.done_at) != bool(done_at):
        point.done_at, point.done_by = done_at, done_by
        point.save(update_fields=["done_at", "done_by"])
        record(ticket, Verb.CHECKED, actor=actor, texts={"text": point.text}, did=did, points=[point.pk])
    return point


@action
def rename_point(point, *, text, actor):
    """Change its words. Raises Refused for none."""
    ticket, point = held(point)
    text = clean_line(text)[:LONGEST]
    if not text:
        raise Refused(_("Write what is to be done."))
    if text != point.text:
        before, point.text = point.text, text
        point.save(update_fields=["text"])
        texts = {"from": before, "text": text}
        record(ticket, Verb.CHECKED, actor=actor, texts=texts, did="renamed", points=[point.pk])
    return point


@action
def rename_list(ticket, *, points, to, actor):
    """Give the list of these points (ids) another heading; that of another list joins the two. Returns the ticket."""
    ticket, to = locked(ticket), clean_line(to)[:LONGEST_HEADING]
    rows = list(CheckPoint.objects.filter(ticket=ticket, pk__in=points).exclude(heading=to))
    if rows:
        CheckPoint.objects.filter(pk__in=[row.pk for row in rows]).update(heading=to)
        texts, ids = {"from": rows[0].heading, "text": to}, [row.pk for row in rows]
        record(ticket, Verb.CHECKED, actor=actor, texts=texts, did="headed", points=ids)
    return ticket


@action
def remove_point(point, *, actor):
    """Take it off the list."""
    ticket, point = held(point)
    was = {"order": ids_of(ticket), "done_by": point.done_by_id}
    texts = words_of(point.text, point.heading)
    record(ticket, Verb.CHECKED, actor=actor, texts=texts, did="removed", points=[point.pk], **was)
    point.delete()
    return ticket


@action
def reorder_points(ticket, *, order, actor):
    """Put the points into this order of ids; those it does not name follow as they were."""
    ticket = locked(ticket)
    before = ids_of(ticket)
    after = put_in_order(ticket, before, order)
    if after != before:
        record(ticket, Verb.CHECKED, actor=actor, did="moved", points=after, before=before)
    return ticket


def ids_of(ticket):
    """The ids of its points, in order."""
    return list(CheckPoint.objects.filter(ticket=ticket).values_list("pk", flat=True))


def put_in_order(ticket, before, order):
    """Number the points anew. Returns their ids in order."""
    wanted = [pk for pk in dict.fromkeys(order) if pk in set(before)]
    after = wanted + [pk for pk in before if pk not in set(wanted)]
    if after != before:
        rows = [CheckPoint(pk=pk, position=position) for position, pk in enumerate(after, 1)]
        CheckPoint.objects.bulk_update(rows, ["position"])
    return after


def held(point):
    """(locked ticket, fresh point). Raises Refused when somebody has removed it."""
    ticket = locked(point.ticket)
    fresh = CheckPoint.objects.filter(pk=point.pk, ticket=ticket).first()
    if fresh is None:
        raise Refused(_("Somebody has removed this point."))
    return ticket, fresh


def open_points(ticket):
    """(how many are still to be done, how many there are)."""
    done = list(CheckPoint.objects.filter(ticket=ticket).values_list("done_at", flat=True))
    return done.count(None), len(done)


# --- Undo -------------------------------------------------------------------------------------------------------------


def take_back(ticket, event, actor):
    """Undo one change of the list, if its points are still as it left them."""
    points = CheckPoint.objects.filter(ticket=ticket, pk__in=event.data["points"])
    return bool(BACK[event.data["did"]](points, ticket, event))


def _back_off(points, ticket, event):
    return points.filter(done_at=None).delete()[0]


def _to_do_again(points, ticket, event):
    return points.exclude(done_at=None).update(done_at=None, done_by=None)


def _done_after_all(points, ticket, event):
    return points.filter(done_at=None).update(done_at=event.at, done_by=event.actor_id)


def _old_words(points, ticket, event):
    said = texts_of(event)
    return points.filter(text=said.get("text")).update(text=said["from"]) if "from" in said else 0


def _old_heading(points, ticket, event):
    said = texts_of(event)
    return points.filter(heading=said["text"]).update(heading=said["from"]) if {"from", "text"} <= said.keys() else 0


def _back_on(points, ticket, event):
    said, done_by = texts_of(event), event.data["done_by"]
    text, heading = said.get("text"), said.get("heading", "")
    if not text:
        return False
    (pk,), done_at = event.data["points"], event.at if done_by else None
    CheckPoint.objects.create(pk=pk, ticket=ticket, heading=heading, text=text, done_at=done_at, done_by_id=done_by)
    return put_in_order(ticket, ids_of(ticket), event.data["order"])


def _back_in_order(points, ticket, event):
    before = list(points.values_list("pk", flat=True))
    return before == event.data["points"] and put_in_order(ticket, before, event.data["before"])


def texts_of(event):
    return dict(event.contents.values_list("name", "text"))


BACK = {
    "added": _back_off,
    "ticked": _to_do_again,
    "unticked": _done_after_all,
    "renamed": _old_words,
    "headed": _old_heading,
    "removed": _back_on,
    "moved": _back_in_order,
}
