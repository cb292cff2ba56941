"""Connecting a mailbox of Google or Microsoft: an operator begins, its owner says yes there, and the answer comes back.

A page of ours never speaks to the provider: the operator follows a link, and the answer is kept, sealed, until the
fetcher (or "Test this mailbox") exchanges it.
"""
from functools import wraps

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk_site.lib.sealing import Unreadable
from helpdesk_site.lib.text import clean_line

from .. import tasks
from ..fetching import consent
from ..models import Mailbox

QUESTION = "mailbox_question"  # in the session of the operator who asks


def for_operators(view):
    """Who sees the secrets of mailboxes: nobody. Who may change what they are: operators."""

    @wraps(view)
    def guarded(request, *args, **given):
        if not request.user.is_superuser:
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return view(request, *args, **given)

    return guarded


@for_operators
def connect(request, object_id):
    """Begin (POST), and lead to the provider: by a link, for our forms lead nowhere else (SECURITY, CSP)."""
    mailbox = get_object_or_404(Mailbox, pk=object_id)
    if not mailbox.is_oauth or not mailbox.client_id:
        messages.error(request, _("Choose Google or Microsoft 365, enter the client ID, and save first."))
        return redirect(page_of(mailbox))
    if request.method == "POST":
        request.session[QUESTION] = consent.new_question(mailbox)
        return redirect("admin:mail_mailbox_connect", mailbox.pk)
    question = request.session.get(QUESTION)
    is_asked = consent.is_open(question) and question["mailbox"] == mailbox.pk
    where = consent.address_of(question, mailbox, back=back()) if is_asked else ""
    return page(request, "connect", mailbox, where=where, back=back())


@for_operators
def connected(request):
    """Look at what came back (GET), and keep it (POST)."""
    given = request.POST if request.method == "POST" else request.GET
    question = request.session.get(QUESTION)
    if not consent.is_answer(question, given.get("state", "")):
        return page(request, "connected", None, status=400)
    mailbox, code = get_object_or_404(Mailbox, pk=question["mailbox"]), given.get("code", "")
    if not code:
        said = clean_line(f"{given.get('error', '')} {given.get('error_description', '')}")[:300]
        return page(request, "connected", mailbox, said=said)
    if request.method != "POST":
        return page(request, "connected", mailbox, code=code, state=question["state"])
    return keep(request, mailbox, code)


def keep(request, mailbox, code):
    """The answer is used once, and exchanged soon by the fetcher."""
    try:
        consent.keep_answer(request.session.pop(QUESTION), mailbox, code, back=back())
    except Unreadable:
        messages.error(request, Mailbox.Problem.SEALED.label)
        return redirect(page_of(mailbox))
    transaction.on_commit(tasks.fetch.delay, robust=True)
    messages.success(request, _("The answer is kept. Whether it opens the mailbox is seen here within a minute."))
    return redirect(page_of(mailbox))


def page(request, name, mailbox, *, status=200, **more):
    context = {**admin.site.each_context(request), "mailbox": mailbox, "title": _("Connect a mailbox"), **more}
    return render(request, f"admin/mail/mailbox/{name}.html", context, status=status)


def page_of(mailbox):
    return reverse("admin:mail_mailbox_change", args=[mailbox.pk])


def back():
    """Where the provider sends the answer: one address for all mailboxes, to be registered there letter by letter."""
    return settings.BASE_URL + reverse("admin:mail_mailbox_connected")
