"""Predefined replies at the desk: which are offered for a ticket and found by what is typed, what one says about that
ticket, what sending it does besides, and how often that was (S147, S148, S156)."""

from dataclasses import dataclass, field
from datetime import timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments import reply_fields
from departments.models import PredefinedReply, PredefinedText, PredefinedUse, ReplyCategory
from departments.policy import snapshot, status_rules
from helpdesk_site.lib import merging, text
from mail.render import known_language

from .. import states
from ..models import PendingReply
from . import assigning, filling

SUGGESTED = 3
MOST_FOUND = 40
LATELY = timedelta(days=60)  # what counts as used recently
KEPT = timedelta(days=180)  # so long it is counted by day
ALIKE = 0.75  # of two words, from 0 to 1: a mistyped word is found all the same
_kept = (None, None)


# --- What there is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Offer:
    """A predefined reply that is offered: its row, its drawer, {language or "": text}, and the ids of its departments,
    none meaning all."""

    row: PredefinedReply
    drawer: ReplyCategory
    texts: dict = field(repr=False)
    places: frozenset

    @property
    def pk(self):
        return self.row.pk

    def is_for(self, department_id):
        return not self.places or department_id in self.places

    def language_for(self, language):
        """The language of its text for a reader: the reader's own, else the text for any, else the portal's, else one
        it has."""
        wanted = [known_language(language), "", settings.LANGUAGE_CODE]
        return next((code for code in wanted if code in self.texts), next(iter(self.texts)))


@dataclass(frozen=True)
class Shelf:
    """All offers and all drawers by id."""

    offers: dict
    drawers: dict


def shelf():
    """The Shelf, at most as old as the snapshot of the policy. Four statements when it has to be read."""
    global _kept
    known = snapshot()
    if _kept[0] is not known:
        _kept = (known, _read())
    return _kept[1]


def _read():
    texts, places = {}, {}
    for reply_id, language, written in PredefinedText.objects.values_list("reply_id", "language", "text"):
        texts.setdefault(reply_id, {})[language] = written
    for reply_id, department_id in PredefinedReply.departments.through.objects.values_list(
        "predefinedreply_id", "department_id"
    ):
        places.setdefault(reply_id, set()).add(department_id)
    drawers = {row.pk: row for row in ReplyCategory.objects.order_by("position", "name", "pk")}
    rows = PredefinedReply.objects.filter(is_active=True, pk__in=list(texts)).order_by("position", "name", "pk")
    offers = [Offer(row, drawers[row.category_id], texts[row.pk], frozenset(places.get(row.pk, ()))) for row in rows]
    return Shelf({offer.pk: offer for offer in offers}, drawers)


def offered(ticket):
    """The offers for tickets of this department, in the operator's order."""
    return [offer for offer in shelf().offers.values() if offer.is_for(ticket.department_id)]


def chosen(ids, ticket):
    """The offers a form names, in its order; what is not offered for the ticket (any more) is left out (T19)."""
    known = shelf().offers
    found = [known[int(pk)] for pk in dict.fromkeys(ids) if pk.isdecimal() and len(pk) < 10 and int(pk) in known]
    return [offer for offer in found if offer.is_for(ticket.department_id)]


def sent(data, ticket):
    """(the offers a reply began with, the codes of what its author left on), from a form or a draft of one."""
    names = typed_in(data, "predefined")
    return (chosen(names, ticket), set(typed_in(data, "also"))) if names else ([], set())


def typed_in(data, name):
    """All values of a field: of a form, or of a draft, which keeps them one a line."""
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, "").split("\n")
    return [value for value in values if value]


# --- Drawers ----------------------------------------------------------------------------------------------------------


class Drawer(NamedTuple):
    """One drawer as the picker shows it: how many offers lie in it and in those inside it."""

    row: ReplyCategory
    count: int


def drawers(offers, inside=None):
    """The Drawers inside a drawer (its id), or the outermost, that hold any of the offers."""
    counts = {}
    for offer in offers:
        for row in way_to(offer.drawer):
            counts[row.pk] = counts.get(row.pk, 0) + 1
    rows = shelf().drawers.values()
    return [Drawer(row, counts[row.pk]) for row in rows if row.inside_id == inside and row.pk in counts]


def drawer(asked, offers):
    """The drawer with this id, as an address names it, if any of the offers lie in it; else None."""
    row = shelf().drawers.get(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    return row if row and any(row in way_to(offer.drawer) for offer in offers) else None


def way_to(drawer):
    """The drawers one opens to come to this one, outermost first, itself the last."""
    known, way = shelf().drawers, []
    while drawer is not None and drawer not in way:
        way.insert(0, drawer)
        drawer = known.get(drawer.inside_id)
    return way


# --- Finding ----------------------------------------------------------------------------------------------------------


def found(offers, typed):
    """The offers whose name, drawer or text has every typed word, or in the name one like it; the best first."""
    wanted = folded(text.clean_line(typed[:200])).split()[:8]
    scored = [(score(offer, wanted), offer) for offer in offers] if wanted else []
    hits = [(points, offer) for points, offer in scored if points]
    hits.sort(key=lambda hit: (-hit[0], -hit[1].row.uses, hit[1].row.position, hit[1].row.name))
    return [offer for _points, offer in hits[:MOST_FOUND]]


def score(offer, wanted):
    """How well an offer meets the folded words; 0 when it lacks one."""
    name, drawer = folded(offer.row.name).split(), folded(str(offer.drawer)).split()
    said = [folded(written) for written in offer.texts.values()]
    points = [points_of(word, name, drawer, said) for word in wanted]
    return sum(points) if all(points) else 0


def points_of(word, name, drawer, said):
    if any(one.startswith(word) for one in name):
        return 10 + (name[0].startswith(word)) + (word in name)
    if any(one.startswith(word) for one in drawer):
        return 6
    if any(word in one for one in name):
        return 5
    if any(word in written for written in said):
        return 3
    return 1 if len(word) > 3 and any(SequenceMatcher(None, word, one).ratio() >= ALIKE for one in name) else 0


@lru_cache(maxsize=4096)
def folded(written):
    return text.fold(written)


def suggested(ticket):
    """What was sent most of late for tickets of this department, above all in this status and of this type; then what
    is used most at all."""
    since = timezone.localdate() - LATELY
    rows = PredefinedUse.objects.filter(department=ticket.department_id, day__gte=since)
    points = {}
    for reply_id, status_id, type_id, times in rows.values_list("reply", "status", "type").annotate(Sum("times")):
        weight = 1 + 4 * (status_id == ticket.status_id) + 2 * (type_id is not None and type_id == ticket.type_id)
        points[reply_id] = points.get(reply_id, 0) + weight * times
    best = sorted(offered(ticket), key=lambda offer: (-points.get(offer.pk, 0), -offer.row.uses))
    return [offer for offer in best if points.get(offer.pk) or offer.row.uses][:SUGGESTED] or best[:SUGGESTED]


# --- What it says -----------------------------------------------------------------------------------------------------


class Filled(NamedTuple):
    """A reply's text for one ticket, its language ("" for any), and the fields that say nothing there."""

    offer: Offer
    text: str
    language: str
    is_in_other: bool  # than the client reads
    empty: list


def filled(offer, ticket, *, agent):
    """The Filled of an offer. A field without a value stays as it is written: the guard stops it (guard.py)."""
    language = offer.language_for(ticket.client.language)
    reads = known_language(ticket.client.language)
    said = merging.filled(offer.texts[language], filling.values(ticket, agent=agent, language=language or reads))
    empty = [name for name in merging.fields(said) if name in reply_fields.KNOWN]
    return Filled(offer, said, language, bool(language) and language != reads, empty)


# --- What sending it does besides -------------------------------------------------------------------------------------


class Also(NamedTuple):
    """One thing that happens with the reply: its code in the form, the words on its chip, and what stands in
    PendingReply.after for it. Without a code it cannot happen on the ticket, and the words say why."""

    code: str
    words: str
    key: str = ""
    value: object = None


def also(offers, department=None):
    """What sending these does besides with a ticket of this department (id; None: of any); where two say different
    things, the one put in last holds."""
    found = {}
    for offer in offers:
        for one in deeds_of(offer.row, department):
            found.pop(one.code or one.words, None)
            found[one.code or one.words] = one
    return list(found.values())


def deeds_of(row, department):
    known = snapshot()
    if (status := known.statuses.get(row.status_id)) and status.is_active:
        yield Also("status", _("status %(name)s") % {"name": status}, "status", status.code)
    if (priority := known.priorities.get(row.priority_id)) and priority.is_active:
        yield Also("priority", _("priority %(name)s") % {"name": priority}, "priority", priority.code)
    if row.assign:
        code = "" if assigning.refusal(row.assign, department) else "assign"
        yield Also(code, assigning.words(row.assign, department), "assign", row.assign)
    for name in row.tags:
        yield Also(f"tag:{name}", _("tag %(name)s") % {"name": name}, "tags", name)
    if row.snooze_hours:
        yield Also("snooze", snoozing(row.snooze_hours), "snooze_hours", row.snooze_hours)


def rename_tag(old, new):
    """Let predefined replies, and what waits to be sent of them, put the tag on under its new name; with none they put
    it on no more. Returns [id, its tags before, its tags after] of each predefined reply that did."""
    changed = []
    for row in PredefinedReply.objects.exclude(tags=[]):
        names = renamed(row.tags, old, new)
        if names != row.tags:
            changed.append([row.pk, row.tags, names])
            row.tags = names
            row.save(update_fields=["tags"])
    waiting = PendingReply.objects.select_for_update(skip_locked=True)  # one that goes right now holds its tags
    for row in waiting.filter(after__has_key="tags").order_by("pk"):
        names = renamed(row.after["tags"], old, new)
        if names != row.after["tags"]:
            row.after["tags"] = names
            row.save(update_fields=["after"])
    return changed


def tag_again(changed):
    """Undo of `rename_tag`: predefined replies put on what they did, where nobody changed that since."""
    for pk, before, after in changed:
        row = PredefinedReply.objects.filter(pk=pk).first()
        if row and row.tags == after:
            row.tags = before
            row.save(update_fields=["tags"])


def renamed(names, old, new):
    names = [new if name.casefold() == old.casefold() else name for name in names]
    return list(dict.fromkeys(filter(None, names)))


def snoozing(hours):
    if hours % 24:
        return ngettext("snoozed for %(n)s hour", "snoozed for %(n)s hours", hours) % {"n": hours}
    return ngettext("snoozed for %(n)s day", "snoozed for %(n)s days", hours // 24) % {"n": hours // 24}


def after(offers, kept, ticket):
    """What PendingReply.after keeps of sending these, of the codes in `kept` alone; {} for nothing.

    The status is no part of it: a reply has one of its own (`status_of`).
    """
    said = {"predefined": [offer.pk for offer in offers]} if offers else {}
    if offers:
        said["about"] = about(ticket)
    for one in also(offers, ticket.department_id):
        if one.code in kept and one.key == "tags":
            said.setdefault("tags", []).append(one.value)
        elif one.code in kept and one.key != "status":
            said[one.key] = one.value
    return said


def status_of(offers, kept, ticket):
    """The Status these put the ticket into, where the chip was left on and the ticket may go there; else None."""
    code = next((one.value for one in also(offers) if one.code == "status" and one.code in kept), "")
    status = snapshot().statuses_by_code.get(code)
    if status is None:
        return None
    category = status_rules(status, ticket.shown_department).category
    return status if states.may_follow(ticket.category, category) else None


def about(ticket):
    """What a reply is counted for: (department, status, type) of the ticket as it is now, by id."""
    return [ticket.department_id, ticket.status_id, ticket.type_id]


def typed_again(pending):
    """What the box of a held reply said of predefined replies: {field: values, one a line}, as a draft keeps it."""
    kept = pending.after
    keys = {"priority": "priority", "assign": "assign", "snooze": "snooze_hours"}
    codes = [code for code, key in keys.items() if key in kept]
    codes += [f"tag:{name}" for name in kept.get("tags", ())] + (["status"] if pending.status_id else [])
    ids = map(str, kept.get("predefined", ()))
    return {"predefined": "\n".join(ids), "also": "\n".join(codes)} if kept.get("predefined") else {}


# --- How often --------------------------------------------------------------------------------------------------------


def count(ids, where):
    """Count these as sent, after the commit: a reply waits for no row that others count in too.

    `where` is what `about` said of the ticket when it was answered.
    """
    if ids and where:
        transaction.on_commit(lambda: add_uses(ids, *where), robust=True)


def add_uses(ids, department, status, type):
    """Write one use of each of these replies."""
    PredefinedReply.objects.filter(pk__in=ids).update(uses=F("uses") + 1, used_at=timezone.now())
    for pk in PredefinedReply.objects.filter(pk__in=ids).values_list("pk", flat=True):
        where = {"reply_id": pk, "department_id": department, "status_id": status, "type_id": type}
        row, _made = PredefinedUse.objects.get_or_create(**where, day=timezone.localdate())
        PredefinedUse.objects.filter(pk=row.pk).update(times=F("times") + 1)


def forget_old(now=None):
    """Delete counts by day that nobody asks for any more. Returns how many."""
    day = ((now or timezone.now()) - KEPT).date()
    return PredefinedUse.objects.filter(day__lt=day).delete()[0]
