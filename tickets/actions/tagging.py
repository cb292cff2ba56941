"""Tags: words staff put on tickets, made by using them; renamed and merged by leads."""

import re
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk_site.lib.text import clean_line

from ..composing import predefined
from ..events import action, record
from ..models import BulkJob, Tag, TagGone, Ticket, Verb
from ..refused import Refused
from ._shared import locked

MOST_TAGS = 20  # of one ticket
MOST_NAMED = 50  # in one form
MOST_KEPT = 100_000  # tickets of a tag whose end can be taken back
TAKEN_BACK = timedelta(hours=24)
LONGEST = Tag._meta.get_field("name").max_length
On = Ticket.tags.through


@action
def tag(ticket, *, on=(), off=(), actor):
    """Put these tags on the ticket and take those off, as one change. Raises Refused for more than MOST_TAGS."""
    ticket = locked(ticket)
    known = still_there(on)  # held before the ticket's own are read: one of them may just be merged into another
    has = set(On.objects.filter(ticket=ticket).values_list("tag_id", flat=True))
    put = [row for row in known if row.pk not in has]
    taken = [row for row in off if row.pk in has]
    if not put and not taken:
        return ticket
    if len(has) + len(put) - len(taken) > MOST_TAGS:
        raise Refused(_("A ticket can have no more than %(n)s tags.") % {"n": MOST_TAGS})
    On.objects.bulk_create([On(ticket=ticket, tag=row) for row in put])
    On.objects.filter(ticket=ticket, tag__in=taken).delete()
    names = {"on": [row.name for row in put], "off": [row.name for row in taken]}
    record(
        ticket, Verb.TAGGED, actor=actor, texts={what: "\n".join(said) for what, said in names.items() if said},
        on=[row.pk for row in put], off=[row.pk for row in taken],
    )  # fmt: skip
    return ticket


def take_back(ticket, event, actor):
    """Undo one change of tags; a tag that is gone stays gone."""
    rows = still_there(Tag.objects.filter(pk__in=event.data["off"]))
    On.objects.bulk_create([On(ticket=ticket, tag=row) for row in rows], ignore_conflicts=True)
    taken, _rows = On.objects.filter(ticket=ticket, tag__in=event.data["on"]).delete()
    return bool(rows or taken)


def still_there(tags):
    """Those of the tags nobody has deleted, held until the transaction ends, each once."""
    ids = {row.pk for row in tags}
    return list(Tag.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")) if ids else []


def tags_named(text):
    """The tags a person names, separated by commas; new words become tags. Raises Refused for one too long."""
    names = {}
    for part in text[: MOST_NAMED * LONGEST].split(",")[:MOST_NAMED]:
        name = clean_name(part)
        if name:
            names.setdefault(name.casefold(), name)
    known = Tag.objects.in_bulk(names, field_name="key")
    return [known.get(key) or made(key, name) for key, name in names.items()]


def made(key, name):
    return Tag.objects.get_or_create(key=key, defaults={"name": name})[0]


def clean_name(text):
    """A name of a tag on one line; "" for none. Raises Refused for one too long."""
    name = re.sub(r"^[#\s]+", "", clean_line(text))
    if len(name) > LONGEST:
        raise Refused(_("A tag has no more than %(n)s letters.") % {"n": LONGEST})
    return name


# --- All of a tag's tickets at once. Their histories keep the words of the day ----------------------------------------


@transaction.atomic
def change_tag(tag, *, name, tone):
    """Rename or recolour a tag. Raises Refused for no name, or another tag's."""
    tag = held(tag)
    name = clean_name(name)
    if not name or "," in name:
        raise Refused(_("Enter a name without a comma."))
    predefined.rename_tag(tag.name, name)
    tag.name, tag.key, tag.tone = name, name.casefold(), tone
    with refusing_a_second(name):
        tag.save(update_fields=["name", "key", "tone"])
    return tag


@contextmanager
def refusing_a_second(name):
    """Raises Refused where somebody has just given another tag this name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": name}) from error


@transaction.atomic
def merge_tag(tag, *, into, actor):
    """Put `into` on every ticket that has `tag`, which is gone then: a few statements, however many tickets. Returns
    the TagGone, by which `bring_back_tag` takes it back; None where too many tickets had it."""
    if tag.pk == into.pk:
        raise Refused(_("Choose another tag to merge into."))
    lead_jobs_on(tag, into)
    rows = {row.pk: held(row) for row in sorted([tag, into], key=lambda row: row.pk)}
    tag, into = rows[tag.pk], rows[into.pk]
    gone = gone_of(tag, by=actor, into=into)
    table = connection.ops.quote_name(On._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (ticket_id, tag_id) SELECT ticket_id, %s FROM {table} WHERE tag_id = %s"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            [into.pk, tag.pk],
        )
    return take_away(tag, gone, predefined.rename_tag(tag.name, into.name))


def lead_jobs_on(tag, into):
    """Let acts on many tickets that are under way go on with the other tag. Their rows are locked before the tags, as
    by their workers."""
    states = (BulkJob.State.QUEUED, BulkJob.State.RUNNING)
    under_way = BulkJob.objects.filter(act__in=("tag", "untag"), state__in=states)
    for job in under_way.select_for_update().order_by("pk"):
        ids = [into.pk if pk == tag.pk else pk for pk in job.params.get("ids", [])]
        if ids != job.params.get("ids", []):
            job.params |= {"ids": ids}
            job.save(update_fields=["params"])


@transaction.atomic
def delete_tag(tag, *, actor):
    """Take a tag off all tickets. Returns its TagGone, as `merge_tag`."""
    tag = held(tag)
    return take_away(tag, gone_of(tag, by=actor), predefined.rename_tag(tag.name, ""))


def gone_of(tag, *, by, into=None):
    """What taking it back wants, before it is done; None for a tag on more tickets than are written down."""
    tickets = list(On.objects.filter(tag=tag).order_by("ticket").values_list("ticket", flat=True)[: MOST_KEPT + 1])
    if len(tickets) > MOST_KEPT:
        return None
    without = On.objects.filter(tag=tag).exclude(ticket__in=On.objects.filter(tag=into).values("ticket"))
    added = list(without.order_by("ticket").values_list("ticket", flat=True)) if into else []
    return TagGone(tag=tag.pk, name=tag.name, tone=tag.tone, into=into, held=tickets, added=added, by=by)


def take_away(tag, gone, replies):
    """Delete a locked tag, and keep its TagGone. Returns that."""
    On.objects.filter(tag=tag).delete()
    tag.delete()
    if gone:
        gone.replies = replies
        gone.save()
    return gone


@transaction.atomic
def bring_back_tag(gone):
    """Undo of deleting or merging a tag, within a day: it stands where it stood, the other one no more where it came
    by merging. Returns the Tag. Raises Refused when it is too late, or somebody made it again."""
    gone = TagGone.objects.select_for_update(of=["self"]).filter(pk=gone.pk, at__gt=timezone.now() - TAKEN_BACK).first()
    if gone is None:
        raise Refused(_("This can no longer be undone."))
    with refusing_a_second(gone.name):
        tag = Tag.objects.create(pk=gone.tag, name=gone.name, key=gone.name.casefold(), tone=gone.tone)
    for ids in batched(gone.held):
        there = Ticket.objects.filter(pk__in=ids).exclude(hidden=Ticket.Hidden.GONE).values_list("pk", flat=True)
        On.objects.bulk_create([On(ticket_id=pk, tag=tag) for pk in there], ignore_conflicts=True)
    for ids in batched(gone.added) if gone.into_id else ():
        On.objects.filter(tag=gone.into_id, ticket__in=ids).delete()
    predefined.tag_again(gone.replies)
    gone.delete()
    return tag


def batched(ids, size=500):
    return (ids[at : at + size] for at in range(0, len(ids), size))


def forget_gone(now=None):
    """Forget what can be taken back no more. Returns of how many tags."""
    return TagGone.objects.filter(at__lte=(now or timezone.now()) - TAKEN_BACK).delete()[0]


def held(tag):
    """The tag's fresh row, locked. Raises Refused when somebody has deleted it."""
    row = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if row is None:
        raise Refused(_("Somebody has deleted this tag."))
    return row
