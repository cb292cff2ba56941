"""Tags: words staff put on tickets, made by using them; renamed and merged by leads."""

import re

from django.db import connection, transaction
from django.utils.translation import gettext as _

from helpdesk_site.lib.text import clean_line

from ..composing import predefined
from ..events import action, record
from ..models import BulkJob, Tag, Ticket, Verb
from ..refused import Refused
from ._shared import locked

MOST_TAGS = 20  # of one ticket
MOST_NAMED = 50  # in one form
LONGEST = Tag._meta.get_field("name").max_length
On = Ticket.tags.through


@action
def tag(ticket, *, on=(), off=(), actor):
    """Put these tags on the ticket and take those off, as one change. Raises Refused for more than MOST_TAGS."""
    ticket = locked(ticket)
    has = set(On.objects.filter(ticket=ticket).values_list("tag_id", flat=True))
    put = [row for row in still_there(on) if row.pk not in has]
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
    if Tag.objects.filter(key=name.casefold()).exclude(pk=tag.pk).exists():
        raise Refused(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": name})
    predefined.rename_tag(tag.name, name)
    tag.name, tag.key, tag.tone = name, name.casefold(), tone
    tag.save(update_fields=["name", "key", "tone"])
    return tag


@transaction.atomic
def merge_tag(tag, *, into):
    """Put `into` on every ticket that has `tag`, which is gone then: three statements, however many tickets."""
    if tag.pk == into.pk:
        raise Refused(_("Choose another tag to merge into."))
    lead_jobs_on(tag, into)
    rows = {row.pk: held(row) for row in sorted([tag, into], key=lambda row: row.pk)}
    tag, into = rows[tag.pk], rows[into.pk]
    table = connection.ops.quote_name(On._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (ticket_id, tag_id) SELECT ticket_id, %s FROM {table} WHERE tag_id = %s"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            [into.pk, tag.pk],
        )
    predefined.rename_tag(tag.name, into.name)
    delete_tag(tag)
    return into


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
def delete_tag(tag):
    """Take a tag off all tickets, for good."""
    tag = held(tag)
    predefined.rename_tag(tag.name, "")
    On.objects.filter(tag=tag).delete()
    tag.delete()


def held(tag):
    """The tag's fresh row, locked. Raises Refused when somebody has deleted it."""
    row = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if row is None:
        raise Refused(_("Somebody has deleted this tag."))
    return row
