"""Blocked senders: whose mail is kept out, how often that struck, and letting them in again (S135)."""
from django import forms
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import blocking
from ..models import BlockedSender
from .shared import ShortPaginator

UNTIL = (_("Until, day"), _("Until, hour"))


class BlockForm(forms.ModelForm):
    """What is typed is brought into the form in which it is compared; what would keep everybody out is refused."""

    class Meta:
        model = BlockedSender
        fields = ["kind", "value", "why", "is_active", "expires_at"]

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        if "expires_at" in self.fields:
            for widget, words in zip(self.fields["expires_at"].widget.widgets, UNTIL, strict=True):
                widget.attrs["aria-label"] = words

    def clean(self):
        given = super().clean()
        if given.get("kind") and given.get("value"):
            try:
                given["value"] = blocking.clean_value(given["kind"], given["value"])
            except forms.ValidationError as refused:
                self.add_error("value", refused)
        return given


class ForceFilter(admin.SimpleListFilter):
    title, parameter_name = _("in force"), "force"

    def lookups(self, request, model_admin):
        return [("yes", _("In force")), ("no", _("Run out or switched off"))]

    def queryset(self, request, queryset):
        held = BlockedSender.objects.in_force().values("pk")
        asked = {"yes": queryset.filter(pk__in=held), "no": queryset.exclude(pk__in=held)}
        return asked.get(self.value(), queryset)


@admin.register(BlockedSender)
class BlockedSenderAdmin(admin.ModelAdmin):
    form = BlockForm
    list_display = ["value", "kind", "why", "holds", "expires_at", "hits", "made_by"]
    list_filter = [ForceFilter, "kind"]
    list_select_related = ["made_by"]
    search_fields = ["value", "why"]
    ordering = ["-pk"]
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    actions = ["let_in", "keep_out"]
    readonly_fields = ["hits", "last_hit_at", "made_by", "made_at"]
    fieldsets = [
        (None, {
            "fields": ["kind", "value", "why", "is_active", "expires_at"],
            "description": _(
                "Mail that fits is kept in the import log and has no effect: no ticket, no reply, no answer to its"
                " sender. Staff block senders from a mail or a ticket too. Take care with phrases: they are looked for"
                " in every mail."
            ),
        }),
        (_("So far"), {"fields": ["hits", "last_hit_at", "made_by", "made_at"]}),
    ]  # fmt: skip

    def save_model(self, request, obj, form, change):
        if not change:
            obj.made_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=_("in force"), boolean=True)
    def holds(self, row):
        return row.is_active and (row.expires_at is None or row.expires_at > timezone.now())

    @admin.action(description=_("Let in again"), permissions=["change"])
    def let_in(self, request, queryset):
        count = queryset.filter(is_active=True).update(is_active=False)
        said = ngettext("%(n)s sender comes in again.", "%(n)s senders come in again.", count)
        self.message_user(request, said % {"n": count}, messages.SUCCESS)

    @admin.action(description=_("Keep out again, for good"), permissions=["change"])
    def keep_out(self, request, queryset):
        count = queryset.update(is_active=True, expires_at=None)
        said = ngettext("%(n)s sender is kept out.", "%(n)s senders are kept out.", count)
        self.message_user(request, said % {"n": count}, messages.SUCCESS)
