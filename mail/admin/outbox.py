"""The outbox for operators: how far each letter has come, what the mail server said, and another try."""
from django.contrib import admin, messages
from django.db.models import Q
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import outbox
from ..models import Kind, OutgoingMail
from .shared import ShortPaginator


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = _("kind"), "kind"

    def lookups(self, request, model_admin):
        return Kind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in Kind.values else queryset


@admin.register(OutgoingMail)
class OutboxAdmin(admin.ModelAdmin):
    """Read-only: a letter is what was decided when it was written. Nothing is added, changed or deleted here."""

    list_display = [
        "state", "to_address", "kind_of_letter", "about", "reference", "moment", "attempts", "what_happened",
    ]  # fmt: skip
    list_display_links = ["to_address"]
    list_filter = ["state", "trouble", KindFilter]
    search_fields = ["to_address"]  # see get_search_results
    search_help_text = _("A whole e-mail address, a ticket number, or a Message-ID.")
    ordering = ["-pk"]
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    actions = ["send_again", "take_back"]
    fieldsets = [
        (None, {
            "fields": ["state", "moment", "what_happened", "attempts"],
            "description": _(
                "A letter waits, is sent, and is tried again for two days when the mail server asks for it. “Delivered”"
                " means that your mail server has taken it. Choose “Send again” in the list for another try."
            ),
        }),
        (_("Letter"), {
            "fields": [
                "kind_of_letter", "reference", "recipient", "sender", "reply_to", "about", "body", "file_names",
                "language",
            ],
        }),
        (_("Times"), {"fields": ["created_at", "due_at", "retry_at", "sent_at"]}),
        (_("For the mail server’s log"), {
            "fields": ["message_id", "in_reply_to", "references", "further_headers"], "classes": ["collapse"],
        }),
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).defer("text", "html", "references", "headers")

    def get_search_results(self, request, queryset, search_term):
        """By what an index finds: the whole address, the ticket's number, the Message-ID."""
        word = search_term.strip().strip("<>")
        if not word:
            return queryset, False
        if "@" in word:
            return queryset.filter(Q(to_address__in={word, word.lower()}) | Q(message_id=f"<{word}>")), False
        number = word.upper().strip("[]#")
        return queryset.filter(Q(reference=number) | Q(reference__startswith=f"{number}#")), False

    # May and may not

    def lookup_allowed(self, lookup, value, request=None):
        """No filter in the address may guess, letter by letter, the link in a letter whose text is not shown."""
        hidden = ("text", "html", "headers")
        return not lookup.startswith(hidden) and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_send_permission(self, request):
        return request.user.is_superuser or request.user.has_perm("mail.change_outgoingmail")

    # Columns and fields

    @admin.display(description=_("kind"))
    def kind_of_letter(self, mail):
        return mail.shown_kind

    @admin.display(description=_("subject"))
    def about(self, mail):
        return mail.shown_subject

    @admin.display(description=_("when"))
    def moment(self, mail):
        return mail.shown_at

    @admin.display(description=_("what happened"), empty_value="")
    def what_happened(self, mail):
        said = [mail.get_trouble_display(), mail.answer]
        return format_html_join(" ", "{}", ((words,) for words in said if words))

    @admin.display(description=_("to"))
    def recipient(self, mail):
        return f"{mail.to_name} <{mail.to_address}>" if mail.to_name else mail.to_address

    @admin.display(description=_("from"))
    def sender(self, mail):
        return f"{mail.from_name} <{mail.from_address}>" if mail.from_name else mail.from_address

    @admin.display(description=_("text"))
    def body(self, mail):
        return _("This letter carries a secret, so its text is not shown.") if mail.secret else mail.text

    @admin.display(description=_("files"))
    def file_names(self, mail):
        return ", ".join(file.name for file in mail.files.all())

    @admin.display(description=_("further headers"))
    def further_headers(self, mail):
        shown = {} if mail.secret else mail.headers
        return format_html_join("\n", "<p>{}: {}</p>", shown.items())

    # Actions

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request, queryset):
        done = sum(outbox.send_again(mail) for mail in queryset)
        left = queryset.count() - done
        if done:
            said = ngettext("%(count)d letter is queued again.", "%(count)d letters are queued again.", done)
            self.message_user(request, said % {"count": done}, messages.SUCCESS)
        if left:
            said = ngettext(
                "%(count)d letter was left alone: it is being sent now, has no valid address, or its text was a secret"
                " and is gone.",
                "%(count)d letters were left alone: they are being sent now, have no valid address, or their text was a"
                " secret and is gone.",
                left,
            )
            self.message_user(request, said % {"count": left}, messages.WARNING)

    @admin.action(description=_("Take back what is not sent yet"), permissions=["send"])
    def take_back(self, request, queryset):
        done = sum(outbox.cancel(mail) for mail in queryset)
        said = ngettext("%(count)d letter is taken back.", "%(count)d letters are taken back.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS if done else messages.WARNING)
