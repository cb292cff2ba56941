"""The import log: every mail that ever came, what became of it, and its bytes. Nothing is changed or deleted here."""
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk_site.lib.http import content_disposition

from .. import intake, reasons
from ..models import IncomingMail
from .shared import ShortPaginator


@admin.register(IncomingMail)
class ImportLogAdmin(admin.ModelAdmin):
    list_display = ["received_at", "sender_address", "short", "became", "ticket"]
    list_display_links = ["received_at", "short"]
    list_filter = ["state", "outcome", "source", "mailbox"]
    search_fields = ["sender_address"]  # see get_search_results
    search_help_text = _("A whole e-mail address, a ticket number, or a Message-ID.")
    ordering = ["-pk"]
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    actions = ["run_again"]
    fieldsets = [
        (None, {
            "fields": ["result", "why", "ticket", "desk_page", "wrong", "handled_at", "attempts", "raw"],
            "description": _(
                "Each mail is kept as it came before anybody looks into it. Choose “Read again” in the list for one"
                " that had no effect, once its reason is gone."
            ),
        }),
        (_("Mail"), {"fields": ["sender", "about", "sent_at", "vouched", "shown_size", "message_id", "copy_of"]}),
        (_("How it came"), {
            "fields": ["received_at", "way", "folder", "envelope_from", "envelope_recipients"],
        }),
    ]  # fmt: skip

    def get_urls(self):
        raw = self.admin_site.admin_view(self.download)
        return [path("<int:object_id>/raw/", raw, name="mail_incomingmail_raw"), *super().get_urls()]

    def get_search_results(self, request, queryset, search_term):
        """By what an index finds: the whole address, the ticket's number, the Message-ID."""
        word = search_term.strip().strip("<>")
        if not word:
            return queryset, False
        if "@" in word:
            return queryset.filter(Q(sender_address__in={word, word.lower()}) | Q(message_id=f"<{word}>")), False
        number = word.upper().strip("[]#")
        return queryset.filter(Q(reference=number) | Q(reference__startswith=f"{number}#")), False

    # May and may not

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_again_permission(self, request):
        return request.user.is_superuser or request.user.has_perm("mail.change_incomingmail")

    # Columns and fields

    @admin.display(description=_("from"))
    def sender(self, row):
        return f"{row.sender_name} <{row.sender_address}>" if row.sender_name else row.sender_address

    @admin.display(description=_("subject"))
    def about(self, row):
        return row.subject or row.message_id or _("(not read yet)")

    @admin.display(description=_("subject"))
    def short(self, row):
        """In the list: a subject may be as long as somebody likes."""
        return Truncator(self.about(row)).chars(90)

    @admin.display(description=_("what became of it"))
    def result(self, row):
        return row.get_outcome_display() if row.state == "done" else row.get_state_display()

    @admin.display(description=_("what became of it"))
    def became(self, row):
        """In the list: the result, and its reason below."""
        why = self.why(row)
        return format_html("{}<br>{}", self.result(row), why) if why else self.result(row)

    @admin.display(description=_("reason"), empty_value="")
    def why(self, row):
        return reasons.said(row.reason)

    @admin.display(description=_("trouble"), empty_value="")
    def wrong(self, row):
        return reasons.troubles(row.trouble)

    @admin.display(description=_("ticket"), empty_value="")
    def ticket(self, row):
        """The ticket by its number, with a link where the house has a page for it."""
        number = row.reference.partition("#")[0]
        return link_to("ticket", number, row.reference) if number else ""

    @admin.display(description=_("to decide"), empty_value="")
    def desk_page(self, row):
        """The way to where it is decided what becomes of a mail, where the house has such a page."""
        return link_to("desk_mail", row.pk, _("Accept it, add it to a ticket, or block its sender")) if row.pk else ""

    @admin.display(description=_("trust"), empty_value="")
    def vouched(self, row):
        return reasons.trusted(row.trust)

    @admin.display(description=_("came by"))
    def way(self, row):
        return row.mailbox.name if row.mailbox else row.get_source_display()

    @admin.display(description=_("size"))
    def shown_size(self, row):
        if row.cut_from is None:
            return filesizeformat(row.size)
        said = _("%(size)s, the beginning of %(whole)s; the mail itself is still in the mailbox")
        return said % {"size": filesizeformat(row.size), "whole": filesizeformat(row.cut_from)}

    @admin.display(description=_("envelope recipients"))
    def envelope_recipients(self, row):
        return ", ".join(row.envelope_to)

    @admin.display(description=_("as it came"))
    def raw(self, row):
        address = reverse("admin:mail_incomingmail_raw", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download the raw mail"))

    # Doors and actions

    def download(self, request, object_id):
        """The bytes as they came, as a text to save and never as a page (T14)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(IncomingMail, pk=object_id)
        try:
            raw = intake.open_raw(row)
        except OSError as error:
            raise Http404 from error
        return HttpResponse(
            raw,
            content_type="text/plain",
            headers={
                "Content-Disposition": content_disposition("attachment", f"mail-{row.pk}.txt"),
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    @admin.action(description=_("Read again"), permissions=["again"])
    def run_again(self, request, queryset):
        done = sum(intake.run_again(row) for row in queryset)
        left = queryset.count() - done
        if done:
            said = ngettext("%(count)d mail is read again.", "%(count)d mails are read again.", done)
            self.message_user(request, said % {"count": done}, messages.SUCCESS)
        if left:
            said = ngettext(
                "%(count)d mail was left alone: it had its effect, or is being read.",
                "%(count)d mails were left alone: they had their effect, or are being read.",
                left,
            )
            self.message_user(request, said % {"count": left}, messages.WARNING)


def link_to(name, key, words):
    """A link to a page of a floor above; the words alone where there is no such page."""
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[key]), words)
    except NoReverseMatch:
        return words
