"""A form that was rendered once is answered once (SECURITY, "double submit creates one thing").

Every form carries a random `form_key`. `@once` around a POST view gives the first answer again when the same person
sends the same key again: a double click, the back button, a browser that repeats after a crash. Nothing doubles even
when both arrive at the same time, or when the server dies between the change and its answer, because the key is written
in the change's own transaction: every action calls `claim()` where it records what it did.
"""

import contextlib
import contextvars
import re
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from helpdesk_site.lib import rows
from helpdesk_site.lib.prepared import Prepared

from .models import FormKey

FIELD = "form_key"
KEPT = timedelta(days=3)  # longer than any session of typing
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 0)  # seconds in which an answer under way is asked for
form_in_hand = contextvars.ContextVar("form_in_hand", default=None)
KNOWN = Prepared(lambda owner, key: FormKey.objects.filter(owner=owner, key=key).values("pk"), slots=(str, str))


class AlreadyAnswered(Exception):
    """The same form is answered already, or just now by another thread: the change of this one is rolled back."""


@dataclass
class Form:
    owner: str
    key: str
    row: int | None = None  # ours in the table, unless its transaction was rolled back
    claimed: bool = False  # the row is committed


def new_form_key():
    """A key for a form being rendered; the template tag `{% form_key %}` writes it into the form."""
    return secrets.token_urlsafe(18)


def once(view):
    """Decorator of POST views: the same form sent twice is done once and gets the first answer both times."""

    @wraps(view)
    def answer_once(request, *args, **kwargs):
        key = request.POST.get(FIELD, "") if request.method == "POST" else ""
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", key):
            return view(request, *args, **kwargs)
        form = Form(owner_of(request), key)
        if KNOWN.rows(form.owner, form.key):
            return again(request, first_answer(form))
        try:
            with in_hand(form):
                response = view(request, *args, **kwargs)
        except AlreadyAnswered:
            return again(request, first_answer(form))
        if form.claimed or leads_on(response):
            remember(form, leads_on(response))
        return response

    return answer_once


def claim(leads_to=""):
    """Take the form in hand for the change being made; called inside the action's transaction, as often as it likes.

    `leads_to` is where its sender finds what was done, should the server die before it answers. Raises AlreadyAnswered
    when another request made its change with the same form. Without a form (timers, mail, commands) it does nothing.
    """
    form = form_in_hand.get()
    if form is None or form.claimed or holds(form):
        return
    row = FormKey(owner=form.owner, key=form.key, leads_to=leads_to)
    if not rows.insert_if_free(row, "owner", "key"):
        raise AlreadyAnswered
    form.row = row.pk
    transaction.on_commit(lambda: setattr(form, "claimed", True))


def holds(form):
    """Whether the form was claimed before in this transaction, and what it was claimed for was not rolled back."""
    return form.row is not None and KNOWN.rows(form.owner, form.key) == [(form.row,)]


def was_sent(request):
    """Whether the form this request speaks of was answered already: a draft that comes late is not kept again."""
    key = request.POST.get(FIELD, "")
    known = re.fullmatch(r"[A-Za-z0-9_-]{16,64}", key)
    return bool(known) and bool(KNOWN.rows(owner_of(request), key))


def forget_old(now=None):
    """Delete keys nobody will send again. Returns how many."""
    return FormKey.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()[0]


def owner_of(request):
    """Whose form it is: the signed-in person's; a stranger's is known by its unguessable key alone."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else "stranger"


@contextlib.contextmanager
def in_hand(form):
    token = form_in_hand.set(form)
    try:
        yield
    finally:
        form_in_hand.reset(token)


def first_answer(form):
    """Where the first sending was led to. The first may be at work still: wait a little, then say what we know."""
    row = None
    for pause in PAUSES:
        row = FormKey.objects.filter(owner=form.owner, key=form.key).first()
        if row is None or row.answer:
            break
        time.sleep(pause)
    return (row.answer or row.leads_to) if row else ""


def remember(form, answer):
    """Keep the answer. The row is there already, unless what the view did is not recorded."""
    if form.claimed:
        rows.update(FormKey(pk=form.row, answer=answer[:500]), ["answer"])
    else:
        FormKey.objects.update_or_create(owner=form.owner, key=form.key, defaults={"answer": answer[:500]})


def leads_on(response):
    """The address a response leads to; empty for a page or fragment."""
    return response.headers.get("Location") or response.headers.get("HX-Redirect") or ""


def again(request, answer):
    """The first answer once more. Where it is not known, the page the form stood on shows what was done."""
    target = answer or came_from(request)
    return HttpResponseClientRedirect(target) if request.headers.get("HX-Request") else HttpResponseRedirect(target)


def came_from(request):
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return parts.path + (f"?{parts.query}" if parts.query else "")
