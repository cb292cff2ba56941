"""Mailboxes, as an operator connects them: where, who, what happens to the mails, and how each fares."""
import ipaddress
import re

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import fetching
from ..fetching.dialing import is_never
from ..models import FORGOTTEN, Mailbox
from . import connecting

NAME = re.compile(r"[\w.-]{1,255}")  # in any alphabet
ELSEWHERE = ["kind", "host", "port", "security", "username", "auth", "client_id", "tenant"]  # where a password would go
PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"})


class MailboxForm(forms.ModelForm):
    """Secrets go in and never come out; who says where they are sent to must know them."""

    secret = forms.CharField(
        label=_("Password or refresh token"), required=False, strip=False, widget=PASSWORD,
        help_text=_(
            "Kept encrypted and never shown. Empty: stays as it is. For Google and Microsoft it comes by itself when"
            " the mailbox is connected."
        ),
    )  # fmt: skip
    client_secret = forms.CharField(
        label=_("Client secret"), required=False, strip=False, widget=PASSWORD,
        help_text=_("Kept encrypted and never shown. Empty: stays as it is."),
    )  # fmt: skip

    class Meta:
        model = Mailbox
        fields = [
            "name", "is_active", "kind", "host", "port", "security", "username", "auth", "client_id", "tenant",
            "folder", "after", "moved_to", "idle", "alarm_after",
        ]  # fmt: skip

    def clean_host(self):
        host = self.cleaned_data["host"].strip().strip("[]").rstrip(".")
        address = as_address(host)
        if address and is_never(host):
            raise ValidationError(Mailbox.Problem.FORBIDDEN.label)
        if not address and not NAME.fullmatch(host):
            raise ValidationError(_("A name such as imap.example.com, without port and without https://."))
        return host

    def clean(self):
        given = super().clean()
        for name in ("secret", "client_secret", "username"):
            if any(ord(character) < 32 for character in given.get(name) or ""):
                self.add_error(name, _("No line ends or other control characters, please."))
        moved = self.instance.pk and set(ELSEWHERE) & set(self.changed_data)
        if given.get("auth") not in (None, Mailbox.Auth.PASSWORD):
            self.check_application(given, moved)
        elif not given.get("secret") and not self.instance.sealed_secret:
            self.add_error("secret", _("Without it nobody lets us in."))
        elif not given.get("secret") and moved:
            self.add_error("secret", _("Enter it again: it would go to another place than before."))
        return given

    def check_application(self, given, moved):
        """What OAuth 2 needs besides the token, which comes when the mailbox is connected. The one of before, or the
        password, would go to another place than before, so it is dropped."""
        self.is_unconnected = moved and not given.get("secret")
        if not given.get("client_id"):
            self.add_error("client_id", _("Google and Microsoft want to know which application asks."))
        if moved and self.instance.sealed_client_secret and not given.get("client_secret"):
            self.add_error("client_secret", _("Enter it again: it would go to another place than before."))

    is_unconnected = is_another = False

    def save(self, commit=True):
        if self.is_unconnected:
            self.instance.sealed_secret = self.instance.sealed_grant = ""
        for name in ("secret", "client_secret"):
            if self.cleaned_data.get(name):
                setattr(self.instance, name, self.cleaned_data[name])
        if self.changed_data:
            self.instance.retry_at, self.instance.failures = None, 0
        self.is_another = self.instance.pk and {"kind", "host", "username", "folder"} & set(self.changed_data)
        if self.is_another:
            self.instance.uid_validity, self.instance.last_uid = None, 0
        return super().save(commit)


@admin.register(Mailbox)
class MailboxAdmin(admin.ModelAdmin):
    form = MailboxForm
    list_display = ["name", "place", "is_active", "fares", "checked_at"]
    search_fields = ["name", "host", "username"]
    search_help_text = _("Name, mail server or user name")
    show_full_result_count = False
    readonly_fields = ["fares", "checked_at", "retry_at"]
    fieldsets = [
        (None, {
            "fields": ["name", "is_active", "fares", "checked_at", "retry_at"],
            "description": _(
                "A mailbox is emptied into the portal. Which departments it serves is set at the departments. Save it,"
                " then try it out with “Test this mailbox”."
            ),
        }),
        (_("Mail server"), {"fields": ["kind", ("host", "port"), "security"]}),
        (_("Signing in"), {"fields": ["username", "auth", "secret"]}),
        (_("For Google and Microsoft"), {
            "fields": ["client_id", "client_secret", "tenant"],
            "classes": ["collapse"],
            "description": _(
                "They let mail programs in by OAuth 2 only. Register the portal there as an application, enter its ID"
                " and secret here, and save. Then a button above connects the mailbox: it shows the redirect address to"
                " register there, and leads to the provider’s question. The refresh token comes back by itself."
            ),
        }),
        (_("What happens to mails"), {
            "fields": ["folder", "after", "moved_to", "idle", "alarm_after"],
            "description": _(
                "A mail is stored here first, and only then marked, moved or deleted there. When a mailbox is"
                " connected, its unread mails come in, and all that arrive from then on."
            ),
        }),
    ]  # fmt: skip

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/test/", view(self.test), name="mail_mailbox_test"),
            path("<int:object_id>/connect/", view(connecting.connect), name="mail_mailbox_connect"),
            path("connected/", view(connecting.connected), name="mail_mailbox_connected"),
            *super().get_urls(),
        ]

    def save_model(self, request, obj, form, change):
        """The fetcher writes to the same row: what was not changed here is left to it."""
        if not change:
            return super().save_model(request, obj, form, change)
        if form.is_another:
            obj.forget_places()
        ours = [*MailboxForm.Meta.fields, "sealed_secret", "sealed_client_secret"]
        ours += ["sealed_grant"] if form.is_unconnected else []
        theirs = ["retry_at", "failures"] if form.changed_data else []
        anew = ["uid_validity", "last_uid"] if obj.uid_validity is None else []
        return obj.save(update_fields=[*ours, *theirs, *anew])

    def test(self, request, object_id):
        """Sign in and look around, changing nothing; the one place where a request speaks to another machine."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mailbox = get_object_or_404(Mailbox, pk=object_id)
        try:
            found = fetching.try_out(mailbox)
        except fetching.Trouble as trouble:
            messages.error(request, in_words(trouble.problem.label, trouble.answer))
        else:
            messages.success(request, self.found_words(found))
        return redirect(reverse("admin:mail_mailbox_change", args=[object_id]))

    def found_words(self, found):
        said = ngettext(
            "All is well: the mailbox holds %(total)d mail, and %(new)d of them would come in now.",
            "All is well: the mailbox holds %(total)d mails, and %(new)d of them would come in now.",
            found.total,
        )
        return said % {"total": found.total, "new": found.new}

    @admin.display(description=_("mail server"))
    def place(self, mailbox):
        return f"{mailbox.username} · {mailbox.host}"

    @admin.display(description=_("how it fares"))
    def fares(self, mailbox):
        if mailbox.sealed_grant:
            return _("The provider said yes. Its answer is tried within a minute; “Test this mailbox” does it at once.")
        if mailbox.is_oauth and not mailbox.sealed_secret:
            return _("Not connected yet: open it, and use “Connect with …”.")
        if mailbox.problem:
            return self.trouble_words(mailbox)
        if not mailbox.is_active:
            return _("Not in use")
        if mailbox.checked_at is None:
            return _("Not looked into yet")
        quiet = timezone.now() - mailbox.checked_at > FORGOTTEN
        return _("Nobody looks into it: does the scheduler run?") if quiet else _("Well")


    def trouble_words(self, mailbox):
        said = in_words(mailbox.get_problem_display(), mailbox.answer)
        if not mailbox.failing_since:
            return said
        since = date_format(timezone.localtime(mailbox.failing_since), "DATETIME_FORMAT")
        return _("%(trouble)s Since %(when)s.") % {"trouble": said, "when": since}


def as_address(host):
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def in_words(sentence, answer):
    """Our words, and the server's or the machine's behind them."""
    return f"{sentence} ({answer})" if answer else str(sentence)
