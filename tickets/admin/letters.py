"""Letters in an operator's words: written by choosing fields, tried on a real ticket, held against the shipped ones
(S123, S148, S175)."""

from difflib import ndiff

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from departments import letter_fields
from departments.admin.shared import OperatorsOnly
from departments.models import LetterTemplate
from helpdesk_site.lib.text import clean_html, shown
from helpdesk_site.lib.tokens import clean_number

from ..notices import letter_templates, previews

WRITING = forms.Textarea(attrs={"rows": 16, "class": "vLargeTextField"})
NEW = ["kind", "department", "language"]


class LetterForm(forms.ModelForm):
    class Meta:
        model = LetterTemplate
        fields = [*NEW, "is_active", "subject", "text", "html"]
        widgets = {"subject": forms.TextInput(attrs={"class": "vLargeTextField"}), "text": WRITING, "html": WRITING}


@admin.register(LetterTemplate)
class LetterTemplateAdmin(OperatorsOnly):
    form = LetterForm
    change_form_template = "admin/departments/letter.html"
    list_display = ["kind", "department", "language", "subject", "is_active"]
    list_filter = ["kind", "department", "language", "is_active"]
    list_select_related = ["department"]
    search_fields = ["subject", "text"]
    empty_choices = {"department": pgettext_lazy("departments", "All"), "language": pgettext_lazy("language", "any")}
    fieldsets = [
        (None, {"fields": [("kind", "department", "language"), "is_active"]}),
        (_("The letter"), {"fields": ["subject", "text", "html"]}),
    ]
    add_fieldsets = [
        (None, {
            "fields": NEW,
            "description": _("It begins with the shipped words; you change them on the next page."),
        }),
    ]  # fmt: skip

    class Media:
        js = ["js/letters.js"]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_urls(self):
        def page(name):
            view = self.admin_site.admin_view(getattr(self, name))
            return path(f"<int:object_id>/{name}/", view, name=f"departments_lettertemplate_{name}")

        return [page("preview"), page("test"), page("shipped"), *super().get_urls()]

    def is_used(self, obj):
        return False

    def save_model(self, request, obj, form, change):
        """A new one starts as shipped, and is not in use before somebody has looked at it."""
        if not change:
            words = letter_templates.shipped(obj.kind, obj.language)
            obj.subject, obj.text, obj.is_active = words.subject, words.text, False
        super().save_model(request, obj, form, change)

    def response_add(self, request, obj, post_url_continue=None):
        messages.info(request, _("This is the letter as shipped. Change it, try it on a ticket, then put it in use."))
        return redirect(self.address(obj, "change"))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["letter_fields"] = letter_fields.of_kind(obj.kind) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Besides the form

    def preview(self, request, object_id):
        """The letter as it would be for a ticket."""
        template = self.template_for(request, object_id)
        number = request.GET.get("ticket", "").strip()
        ticket = previews.ticket_of(clean_number(number) or number, request.viewer, template.department)
        if ticket is None and number:
            messages.error(request, _("There is no ticket %(number)s.") % {"number": number[:40]})
        rendered = ticket and previews.preview(template, ticket, operator=request.user)
        body = rendered and shown(clean_html(rendered.html.partition("<body>")[2]))
        more = {"title": _("Preview"), "ticket": ticket, "rendered": rendered, "html": body, "number": number}
        return self.page(request, template, "admin/departments/letter_preview.html", more)

    def test(self, request, object_id):
        """Send that letter to whoever asks, and to nobody else."""
        template = self.template_for(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        ticket = previews.ticket_of(clean_number(request.POST.get("ticket", "")), request.viewer, template.department)
        if ticket is None:
            messages.error(request, _("There is no ticket to try it on."))
        else:
            previews.send_test(template, ticket, operator=request.user)
            messages.success(request, _("A test mail is on its way to %(address)s.") % {"address": request.user.email})
        return redirect(f"{self.address(template, 'preview')}?ticket={ticket.number if ticket else ''}")

    def shipped(self, request, object_id):
        """How it differs from the shipped letter; POST goes back to that by deleting this one."""
        template = self.template_for(request, object_id)
        if request.method == "POST":
            self.log_deletions(request, LetterTemplate.objects.filter(pk=template.pk))
            self.delete_model(request, template)
            messages.success(request, _("The letter reads as shipped again."))
            return redirect("admin:departments_lettertemplate_changelist")
        words = letter_templates.shipped(template.kind, template.language)
        more = {
            "title": _("Difference to the shipped letter"),
            "subject_lines": difference(words.subject, template.subject or words.subject),
            "text_lines": difference(words.text, template.text),
        }
        return self.page(request, template, "admin/departments/letter_shipped.html", more)

    def template_for(self, request, object_id):
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(LetterTemplate.objects.select_related("department"), pk=object_id)

    def page(self, request, template, name, more):
        here = {"template": template, "here": self.address(template, "change")}
        context = {**self.admin_site.each_context(request), "opts": self.opts, **here, **more}
        return TemplateResponse(request, name, context)

    def address(self, template, name):
        return reverse(f"admin:departments_lettertemplate_{name}", args=[template.pk])


def difference(shipped, own):
    """The lines of two texts as (what became of it, line): "same", "out", "in"."""
    marks = {"  ": "same", "- ": "out", "+ ": "in"}
    lines = ndiff(shipped.splitlines(), own.splitlines())
    return [(marks[line[:2]], line[2:]) for line in lines if line[:2] in marks]
