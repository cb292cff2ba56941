"""Predefined replies, their categories and signatures, as operators keep them: found by use, tried on a real ticket
(S146, S147, S148, S156)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from departments import reply_fields
from departments.admin.shared import OperatorsOnly, SaysEmpty
from departments.models import PredefinedReply, PredefinedText, ReplyCategory, Signature
from departments.policy import snapshot
from helpdesk_site.lib.text import render_markdown, shown
from helpdesk_site.lib.tokens import clean_number
from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..composing import predefined
from ..forms.replies import AssignField, TagsField, with_colleague_there
from ..notices import previews


@admin.register(ReplyCategory)
class ReplyCategoryAdmin(OperatorsOnly):
    form = worded_form(ReplyCategory)
    list_display = ["name", "inside", "position", "count"]
    empty_choices = {"inside": _("not inside another")}
    list_editable = ["position"]
    list_select_related = ["inside"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "inside", "position"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(ReplyCategory)}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(replies_count=Count("replies"))

    def is_used(self, obj):
        """With replies or categories in it, it stays: they would go with it."""
        return obj.replies.exists() or obj.parts.exists()

    @admin.display(description=_("predefined replies"))
    def count(self, obj):
        return obj.replies_count


class TextsInline(SaysEmpty, admin.StackedInline):
    model = PredefinedText
    empty_choices = {"language": pgettext_lazy("language", "any")}
    extra = 1
    min_num = 1
    verbose_name = _("text in one language")
    verbose_name_plural = _("texts")

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **{"validate_min": True, **kwargs})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "text":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class PredefinedReplyForm(forms.ModelForm):
    assign = AssignField()
    tags = TagsField()

    class Meta:
        model = PredefinedReply
        fields = [
            "name", "category", "departments", "is_active", "position", "status", "priority", "assign", "tags",
            "snooze_hours",
        ]  # fmt: skip
        widgets = {"departments": forms.CheckboxSelectMultiple}

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.fields["assign"].offer(list(snapshot().departments), kept=self.instance.assign)

    def clean(self):
        return with_colleague_there(self, super().clean())


@admin.register(PredefinedReply)
class PredefinedReplyAdmin(OperatorsOnly):
    form = PredefinedReplyForm
    inlines = [TextsInline]
    change_form_template = "admin/departments/reply.html"
    list_display = ["name", "category", "languages", "uses", "used_at", "is_active"]
    list_filter = ["is_active", "category", "departments", "texts__language"]
    list_select_related = ["category"]
    search_fields = ["name", "texts__text"]
    ordering = ["category__position", "category__name", "position", "name"]
    empty_choices = dict.fromkeys(["status", "priority"], PredefinedReply.Assign.KEEP.label)
    readonly_fields = ["uses", "used_at"]
    fieldsets = [
        (None, {
            "fields": ["name", "category", "departments", "is_active", "position"],
            "description": _("Offered where staff write. Leads keep those of their own departments at the desk."),
        }),
        (_("What happens when it is sent"), {
            "fields": ["status", "priority", "assign", "tags", "snooze_hours"],
            "description": _("Whoever sends it sees this beside the button, and can take each of these off before."),
        }),
        (_("How often"), {"fields": [("uses", "used_at")]}),
    ]  # fmt: skip

    class Media:
        js = ["js/letters.js"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("texts")

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview)
        return [
            path("<int:object_id>/preview/", view, name="departments_predefinedreply_preview"),
            *super().get_urls(),
        ]

    def is_used(self, obj):
        return False

    def render_change_form(self, request, context, *args, **kwargs):
        context["letter_fields"] = reply_fields.FIELDS.values()
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return ", ".join(str(text) for text in obj.texts.all())

    def preview(self, request, object_id):
        """Each of its texts as it would read on a ticket, and what sending it would do."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(PredefinedReply.objects.select_related("category"), pk=object_id)
        number = request.GET.get("ticket", "").strip()
        ticket = previews.ticket_of(clean_number(number) or number, request.viewer, row.departments.first())
        if ticket is None and number:
            messages.error(request, _("There is no ticket %(number)s.") % {"number": number[:40]})
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Preview"),
            "reply": row,
            "here": reverse("admin:departments_predefinedreply_change", args=[row.pk]),
            "ticket": ticket,
            "number": number,
            "texts": [as_read(row, text, ticket, request.user) for text in row.texts.all()] if ticket else [],
            "also": predefined.also([as_offer(row)], ticket.department_id if ticket else None),
        }
        return TemplateResponse(request, "admin/departments/reply_preview.html", context)


def as_read(row, text, ticket, agent):
    """One text of a reply as the picker would put it in for this ticket."""
    said = predefined.filled(as_offer(row, {text.language: text.text}), ticket, agent=agent)
    return {"language": str(text), "html": shown(render_markdown(said.text)), "empty": said.empty}


def as_offer(row, texts=()):
    return predefined.Offer(row, row.category, dict(texts), frozenset())


class SignatureForm(forms.ModelForm):
    class Meta:
        model = Signature
        fields = ["user", "department", "language", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"})}


@admin.register(Signature)
class SignatureAdmin(OperatorsOnly):
    form = SignatureForm
    change_form_template = "admin/departments/signature.html"
    list_display = ["__str__", "user", "department", "language", "beginning"]
    list_filter = ["department", "language"]
    list_select_related = ["user", "department"]
    search_fields = ["user__name", "user__email", "text"]
    empty_choices = {
        "user": _("Everybody"), "department": pgettext_lazy("departments", "All"),
        "language": pgettext_lazy("language", "any"),
    }  # fmt: skip
    fieldsets = [
        (None, {
            "fields": ["user", "department", "language", "text"],
            "description": _(
                "It stands below staff’s replies in mail, never in the portal. The closest one holds: a person’s own"
                " before the department’s, a department’s before everybody’s, the reader’s language before any."
            ),
        }),
    ]  # fmt: skip

    class Media:
        js = ["js/letters.js"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True).order_by("name", "email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def is_used(self, obj):
        return False

    def render_change_form(self, request, context, *args, **kwargs):
        context["letter_fields"] = [reply_fields.FIELDS[name] for name in reply_fields.IN_SIGNATURES]
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("text"))
    def beginning(self, obj):
        return obj.text.partition("\n")[0][:80]
