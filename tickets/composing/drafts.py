"""What somebody is typing, kept on the server: one draft per person and place, with its files (DESIGN 6, Autosave).

A place is where it is typed: "new/billing", "reply/KTR-482913", "note/KTR-482913", "edit/7" for a change of that
message, "open/17" for a ticket that staff open for that client. Whoever is not signed in, or not any more, is known by
a secret of their session, which survives signing in: so nothing is lost when a sign-in has expired.
"""

import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from engine import once
from helpdesk_site.lib.prepared import Prepared
from helpdesk_site.lib.text import clean_input
from helpdesk_site.lib.tokens import clean_number

from .. import times
from ..keeping import files
from ..models import Attachment, Draft
from . import predefined

FIELDS = {
    Draft.Kind.NEW: ("subject", "message", "priority", "type", "service", "organisation", "name", "email", "follow"),
    Draft.Kind.REPLY: ("message", "status", "to", "predefined", "also", "unsent", *times.FIELDS),
    Draft.Kind.NOTE: ("message", "predefined", "also", *times.FIELDS),
    Draft.Kind.EDIT: ("message", "version", "mailed", "number"),
    Draft.Kind.OPEN: (
        "subject", "message", "name", "email", "organisation", "department", "priority", "type", "status", "assignee",
        "client", "follow", "channel", "tell", "at", "minutes", "phone", "state", "link", "pass_code",
    ),
}  # fmt: skip
WORDS = (  # worth it
    "subject", "message", "name", "email", "time", "time_text", "amount", "predefined", "link", "pass_code",
    "elsewhere",
)  # fmt: skip
SAID = ("subject", "message")  # what another page must not overwrite
LONGEST = 1_100_000  # characters of one field
KEPT = timedelta(days=60)
WRITER = "writer"  # session key
TYPED = Prepared(
    lambda name, other, place: Draft.objects.filter(owner__in=[name, other], place=place).values("pk"),
    slots=(str, str, str),
)
SLUG = re.compile(r"[-\w]{1,50}", re.ASCII)
ID = re.compile(r"[0-9]{1,18}")


def place_of(kind, what):
    """Where something is typed: `what` is a ticket, a department for a new one, a message for a change of it."""
    name = {Draft.Kind.NEW: "slug", Draft.Kind.EDIT: "pk"}.get(kind, "number")
    return f"{kind}/{getattr(what, name)}"


def place_of_opening(client=None, follow=""):
    """Where staff type a ticket for this client (None: not chosen yet), or the one that follows the one numbered so."""
    place = f"{Draft.Kind.OPEN}/{client.pk if client else 0}"
    return f"{place}/{follow}" if follow else place


def parse(place):
    """(kind, what of it: a slug, number or id) of a place as the page names it, or None for anything else."""
    kind, _slash, what = (place or "").partition("/")
    return (kind, what) if kind in KNOWN and KNOWN[kind](what) else None


def is_number(what):
    return bool(what) and clean_number(what) == what


def is_opening(what):
    client, slash, follow = what.partition("/")
    return bool(ID.fullmatch(client)) and (is_number(follow) if slash else True)


KNOWN = {
    Draft.Kind.NEW: SLUG.fullmatch,
    Draft.Kind.REPLY: is_number,
    Draft.Kind.NOTE: is_number,
    Draft.Kind.EDIT: ID.fullmatch,
    Draft.Kind.OPEN: is_opening,
}


# --- Whose it is ------------------------------------------------------------------------------------------------------


def owner_of(request):
    """Under whose name a draft or upload of this request is kept. Makes a stranger known to the session."""
    if request.viewer:
        return names_of(request)[0]
    if WRITER not in request.session:
        request.session[WRITER] = secrets.token_urlsafe(24)
    return names_of(request)[0]


def names_of(request):
    """Every name this request writes under: the person's, a guest's for that ticket alone, and the session's secret."""
    viewer, names = request.viewer, []
    if viewer:
        names.append(f"guest:{viewer.user.pk}:{viewer.only_ticket}" if viewer.only_ticket else f"user:{viewer.user.pk}")
    if writer := request.session.get(WRITER):
        names.append(f"writer:{writer}")
    return names


# --- Keeping and finding ----------------------------------------------------------------------------------------------


def saved(request, place):
    """The newest draft of this person in this place, or None. Nothing is written."""
    return drafts_in(request, place).first()


def drafts_in(request, place):
    """All of this person's drafts in this place, under any of their names, the newest first."""
    return Draft.objects.filter(owner__in=names_of(request), place=place).order_by("-updated_at", "-pk")


def kept_files(request, place):
    """The files that wait in this place, under any of the person's names. One statement."""
    return list(waiting_files(names_of(request), place))


def waiting_files(names, place):
    return Attachment.objects.filter(draft__owner__in=names, draft__place=place, message=None, pending=None).order_by(
        "pk"
    )


def listed_files(request, place):
    """Those of them that the page of this request has listed, taken out there or not."""
    tokens = files.valid(request.POST.getlist("uploads") + request.POST.getlist("uploads_removed"))
    return waiting_files(names_of(request), place).filter(token__in=tokens)


def keep(request, place, data, *, uploads=None):
    """Save what was typed (`data`: anything with .get) in this place, with `uploads`; other files that this page has
    listed are taken out. None: the files stay as they are.

    Returns the draft. Fields nobody offered are left out. What was typed on another page since is kept beside it
    (`elsewhere`), until it is put into this text or forgotten; what this page has not seen of that is its `crossed`.
    """
    return change(request, place, lambda _typed: data, uploads=uploads)


@transaction.atomic
def change(request, place, to, *, uploads=None):
    """The same, of data that `to` makes of the fields there: no other page changes them meanwhile."""
    draft, before = locked(request, place)
    data = to(dict(before.fields) if before else {})
    fields = {name: clean_input(typed(data, name))[:LONGEST] for name in FIELDS[draft.kind] if data.get(name)}
    draft.fields, draft.crossed = fields | beside(before, data), crossed(before, data)
    draft.save(update_fields=["fields", "updated_at"])
    if uploads is not None:
        ids = [file.pk for file in uploads]
        files.forget(listed_files(request, place).exclude(pk__in=ids))
        Attachment.objects.filter(pk__in=ids, message=None, pending=None).update(draft=draft)
    return draft


@transaction.atomic
def hang(request, place, file):
    """Let a file that was uploaded wait in this place."""
    file.draft, _before = locked(request, place)
    file.save(update_fields=["draft"])


def locked(request, place):
    """(the draft to write into, the newest there was before or None) until the transaction ends: of two pages that save
    at the same moment the second one waits, and sees what the first one typed."""
    draft, made = Draft.objects.select_for_update().get_or_create(
        owner=owner_of(request), place=place, defaults={"kind": parse(place)[0], "fields": {}}
    )
    before = drafts_in(request, place)
    return draft, (before.exclude(pk=draft.pk) if made else before).first()


def typed(data, name):
    """What a field says; of several boxes of one name each that is ticked, one a line."""
    return "\n".join(data.getlist(name)) if hasattr(data, "getlist") else data.get(name) or ""


def crossed(draft, data):
    """The other words a draft holds that the page of these data has not seen: neither saved by it, nor when it was
    drawn (`draft_at`; "" for none, None where the page does not say). "" for none."""
    seen = data.get("draft_at")
    if draft is None or seen is None or draft.updated_at == moment_of(seen) or is_of(draft.fields.get("page"), data):
        return ""
    kept = {name: draft.fields.get(name, "").strip() for name in SAID}
    return "\n\n".join(words for name, words in kept.items() if words not in clean_input(data.get(name) or ""))


def beside(draft, data):
    """What a draft keeps beside the text of this page: the name of the page, and what was typed on others."""
    words, before = clean_input(data.get("message") or ""), draft.fields if draft else {}
    other, whose = before.get("elsewhere", ""), before.get("elsewhere_page", "")
    if is_of(whose, data) or other in words:
        other = ""
    if new := crossed(draft, data):
        parts = [new, other]
        other, whose = "\n\n".join(filter(None, parts))[:LONGEST], before.get("page", "")
    kept = {"page": data.get(once.FIELD, "")[:64], "elsewhere": other, "elsewhere_page": whose if other else ""}
    return {name: value for name, value in kept.items() if value}


def is_of(page, data):
    """Whether a page (its form's key) is the one these data come from."""
    return bool(page) and page == data.get(once.FIELD)


@transaction.atomic
def settle(request, place, *, take, uploads=None):
    """Save what this page says, and put what it shows of another page below its text, or forget that: but for what the
    other one has saved since. Returns the draft."""
    draft = keep(request, place, request.POST, uploads=uploads)
    other = draft.fields.pop("elsewhere", "")
    if take and other:
        draft.fields["message"] = "\n\n".join(filter(None, [draft.fields.get("message", "").rstrip(), other]))
    elif draft.crossed:
        draft.fields["elsewhere"] = draft.crossed
    draft.save(update_fields=["fields", "updated_at"])
    return draft


def seen_in(draft):
    """What a page says of the draft it was drawn with: when it was saved, and what was typed on another page."""
    fields = draft.fields if draft else {}
    return {"draft_at": draft.updated_at.isoformat() if draft else "", "elsewhere": fields.get("elsewhere", "")}


def moment_of(text):
    try:
        return parse_datetime(text)
    except ValueError:
        return None


@transaction.atomic
def forget_empty(request, place):
    """Forget a draft in which nothing is left: its words were taken out again."""
    for draft in drafts_in(request, place).select_for_update():
        if not any(draft.fields.get(name, "").strip() for name in WORDS) and not draft.attachments.exists():
            draft.delete()


def changes_in(request, number):
    """The places in which this person has changed messages of a ticket, as its page was called, and not saved it."""
    rows = Draft.objects.filter(owner__in=names_of(request), kind=Draft.Kind.EDIT, fields__number=number)
    return list(rows.order_by("pk").values_list("place", flat=True))


def of_person(user):
    """Everything this person has typed and not sent, the latest first."""
    return Draft.objects.filter(owner=f"user:{user.pk}").order_by("-updated_at", "-pk")


def put_aside(user, place, words, uploads=(), more=None):
    """Put what somebody wrote elsewhere into their draft of this place, below what they typed there; `more` are fields
    that go along."""
    draft, _made = Draft.objects.select_for_update().get_or_create(
        owner=f"user:{user.pk}", place=place, defaults={"kind": parse(place)[0], "fields": {}}
    )
    add(draft, words)
    draft.fields |= more or {}
    draft.save(update_fields=["fields", "updated_at"])
    ids = [file.pk for file in uploads]
    Attachment.objects.filter(pk__in=ids, message=None).update(draft=draft, owner=draft.owner)
    return draft


def add(draft, *words):
    """Put words below what is typed in a locked draft, unsaved. No page has seen that: an open one is told of it."""
    draft.fields["message"] = "\n\n".join(filter(None, [draft.fields.get("message"), *words]))
    draft.fields.pop("page", None)


def give_back(pending, *, why):
    """Put a reply that will not be sent into its author's box again, with its files and why it is there. The row is
    gone."""
    uploads, more = list(pending.attachments.all()), typed_again(pending) | {"unsent": why}
    put_aside(pending.author, place_of_waiting(pending), pending.body, uploads, more)
    Attachment.objects.filter(pending=pending).update(pending=None)
    pending.delete()


def place_of_waiting(pending):
    """The box in which somebody wrote what waits."""
    return place_of(Draft.Kind.NOTE if pending.is_note else Draft.Kind.REPLY, pending.ticket)


def typed_again(pending):
    """The fields besides its text that a waiting reply was sent with."""
    readers = {"to": "\n".join(map(str, pending.to))}
    return readers | predefined.typed_again(pending) | times.typed_again(pending.after.get("time"))


def drop(request, place):
    """Forget what was typed here, once it was sent; files that did not go with it are deleted. What was typed or
    uploaded on another page and never seen on this one stays."""
    names = names_of(request)
    if names and TYPED.rows(names[0], names[-1], place):  # mostly there is none: what is typed in one go leaves nothing
        with transaction.atomic():  # another page may save at this moment
            rows = list(drafts_in(request, place).select_for_update())
            files.forget(listed_files(request, place))
            left = beside(rows[0] if rows else None, request.POST)
            if rows and ("elsewhere" in left or waiting_files(names, place).exists()):
                rows[0].fields = left
                rows[0].save(update_fields=["fields", "updated_at"])
            else:
                Draft.objects.filter(pk__in=[row.pk for row in rows]).delete()


def forget_place(place):
    """Forget what anybody typed in a place, with its files: its ticket is deleted for good."""
    for draft in Draft.objects.filter(place=place):
        files.forget(draft.attachments.filter(message=None, pending=None))
        draft.delete()


def forget_old(now=None):
    """Delete drafts nobody has touched for two months, with their files. Returns how many."""
    rows = list(Draft.objects.filter(updated_at__lt=(now or timezone.now()) - KEPT)[:1000])
    for draft in rows:
        files.forget(draft.attachments.filter(message=None, pending=None))
        draft.delete()
    return len(rows)
