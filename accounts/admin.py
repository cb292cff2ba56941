"""People, organisations and services, arranged for an operator. Nobody is deleted: they stop being able to sign in."""
import allauth.account.admin  # noqa: F401 - so that its models can be taken off the list below
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from helpdesk_site.lib.worded_forms import word_fields, worded_form

from . import confirmations, letters, passes, people
from .forms import AddressField, zones
from .models import SYSTEM_EMAIL, Membership, Organisation, Service, User

for model in (EmailAddress, EmailConfirmation, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class NeverDeleted:
    """History names these rows: they are switched off, not deleted."""

    def has_delete_permission(self, request, obj=None):
        return False


class PersonForm(forms.ModelForm):
    email = AddressField(help_text=_("They sign in with it, and letters go there."))
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As their browser says")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=lambda: [("", _("As their browser says")), *zones.choices()]
    )
    invite = forms.BooleanField(
        label=_("Write to them now"), required=False, initial=True,
        help_text=_("They get a link to choose a password. It works once, for three days."),
    )  # fmt: skip

    class Meta:
        model = User
        fields = [
            "email", "name", "phone", "title", "language", "time_zone",
            "is_active", "is_staff", "is_superuser", "staff_notes",
        ]  # fmt: skip
        labels = {"is_superuser": _("Operator")}
        help_texts = {
            "is_active": _("Switch it off instead of deleting: they are signed out and their tickets are freed."),
            "is_superuser": _("May configure everything and sees every department."),
        }

    asking = None  # the operator at the form; get_form makes a class for each request

    def clean(self):
        """Nobody locks themself out: another operator must do it."""
        said = super().clean()
        if self.instance.pk and self.instance == self.asking:
            for name in ("is_active", "is_staff", "is_superuser"):
                if getattr(self.instance, name) and not said.get(name, True):
                    self.add_error(name, _("You cannot take this from yourself. Ask another operator."))
        return said


IN_OTHER_LANGUAGES = (
    _("In other languages"),
    {"classes": ["collapse"], "fields": word_fields(User), "description": _("Empty: the words above.")},
)


class Kind(admin.SimpleListFilter):
    title, parameter_name = _("kind"), "kind"

    def lookups(self, request, model_admin):
        return [
            ("client", _("Clients")), ("guest", _("Guests, without a password")), ("staff", _("Staff")),
            ("operator", _("Operators")),
        ]  # fmt: skip

    def queryset(self, request, queryset):
        without_password = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        people_of = {
            "client": queryset.filter(~without_password, is_staff=False),
            "guest": queryset.filter(without_password, is_staff=False),
            "staff": queryset.filter(is_staff=True),
            "operator": queryset.filter(is_superuser=True),
        }
        return people_of.get(self.value(), queryset)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user", "organisation"]


@admin.register(User)
class PersonAdmin(NeverDeleted, admin.ModelAdmin):
    form = worded_form(User, PersonForm)
    list_display = ["shown_name", "email", "kind", "is_active", "last_sign_in"]
    list_display_links = ["shown_name", "email"]
    list_filter = [Kind, "is_active", "language"]
    search_fields = ["name", "email", "organisations__name"]
    search_help_text = _("Name, address or organisation")
    ordering = ["name", "email"]
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ["date_joined", "last_sign_in"]
    inlines = [MembershipInline]
    actions = ["deactivate", "activate", "send_password_link", "close_guest_links"]
    fieldsets = [
        (_("The person"), {"fields": ["email", "name", "phone", "language", "time_zone"]}),
        (_("What they may do"), {"fields": ["is_active", "is_staff", "title", "is_superuser"]}),
        IN_OTHER_LANGUAGES,
        (_("For staff to know"), {"fields": ["staff_notes"]}),
        (_("Since when"), {"fields": ["date_joined", "last_sign_in"]}),
    ]
    add_fieldsets = [
        (_("The person"), {"fields": ["email", "name", "phone", "language", "time_zone"]}),
        (_("What they may do"), {"fields": ["is_staff", "title", "is_superuser", "invite"]}),
        IN_OTHER_LANGUAGES,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(email=SYSTEM_EMAIL)

    def lookup_allowed(self, lookup, value, request=None):
        """No filter in the address may guess a password's hash letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.asking = request.user
        return form

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def save_model(self, request, person, form, change):
        """Write what the form says; closing the door and moving an address are acts with consequences of their own."""
        if not change:
            person.set_unusable_password()
            super().save_model(request, person, form, change)
            return
        closing = "is_active" in form.changed_data and not person.is_active
        super().save_model(request, person, form, change)
        if closing:
            tell_freed(request, person, people.deactivate(person, by=request.user))
        elif "is_staff" in form.changed_data and not person.is_staff:
            tell_freed(request, person, people.leave_the_desk(person, by=request.user))
        if "email" in form.changed_data:
            people.reached(person)  # nothing came back from the new one
            letters.address_changed(person, old=form.initial["email"])

    def save_related(self, request, form, formsets, change):
        """A place less, or an operator no more: what they looked after there is freed."""
        super().save_related(request, form, formsets, change)
        tell_freed(request, form.instance, people.free_work(form.instance, by=request.user))

    def response_add(self, request, person, post_url_continue=None):
        if request.POST.get("invite"):
            confirmations.invite(person)
            messages.info(request, _("A letter with a link to choose a password is on its way."))
        return super().response_add(request, person, post_url_continue)

    def response_change(self, request, person):
        if "_send_password_link" in request.POST:
            send_password_link(request, [person])
        return super().response_change(request, person)

    @admin.display(description=pgettext_lazy("of a person", "name"), ordering="name")
    def shown_name(self, person):
        return person.full_name

    @admin.display(description=_("last sign-in"), ordering="last_login", empty_value=_("never"))
    def last_sign_in(self, person):
        return person.last_login

    @admin.display(description=_("kind"))
    def kind(self, person):
        if person.is_superuser:
            return _("Operator")
        if person.is_staff:
            return _("Staff")
        return _("Guest") if person.is_guest else _("Client")

    @admin.action(description=_("Switch off signing in"))
    def deactivate(self, request, queryset):
        chosen = [person for person in queryset.filter(is_active=True) if person != request.user]
        for person in chosen:
            tell_freed(request, person, people.deactivate(person, by=request.user))
            self.log_change(request, person, [{"changed": {"fields": ["is_active"]}}])
        words = ngettext("%(n)d person may no longer sign in.", "%(n)d people may no longer sign in.", len(chosen))
        messages.info(request, words % {"n": len(chosen)})

    @admin.action(description=_("Let them sign in again"))
    def activate(self, request, queryset):
        chosen = list(queryset.filter(is_active=False))
        for person in chosen:
            people.activate(person)
            self.log_change(request, person, [{"changed": {"fields": ["is_active"]}}])
        words = ngettext("%(n)d person may sign in again.", "%(n)d people may sign in again.", len(chosen))
        messages.info(request, words % {"n": len(chosen)})

    @admin.action(description=_("Send a link to choose a password"))
    def send_password_link(self, request, queryset):
        send_password_link(request, queryset.filter(is_active=True))

    @admin.action(description=_("Close all links to tickets sent to them as guests"))
    def close_guest_links(self, request, queryset):
        chosen = list(queryset)
        for person in chosen:
            passes.revoke(person)
        words = ngettext("The links of %(n)d person are closed.", "The links of %(n)d people are closed.", len(chosen))
        messages.info(request, words % {"n": len(chosen)})


class MemberInline(MembershipInline):
    autocomplete_fields = ["user"]


@admin.register(Organisation)
class OrganisationAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ["name", "members_count", "created_at"]
    search_fields = ["name", "members__name", "members__email"]
    search_help_text = _("Name of the organisation, or a member's name or address")
    fieldsets = [(None, {"fields": ["name", "notes"]})]
    inlines = [MemberInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(member_count=Count("memberships", distinct=True))

    @admin.display(description=_("members"), ordering="member_count")
    def members_count(self, organisation):
        return organisation.member_count


@admin.register(Service)
class ServiceAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ["name", "kind", "user", "organisation", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["user", "organisation"]
    search_fields = ["name", "kind", "user__name", "user__email", "organisation__name"]
    search_help_text = _("Name, kind, person or organisation")
    autocomplete_fields = ["user", "organisation"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "is_active"]}),
        (_("Whose it is"), {
            "fields": ["user", "organisation"],
            "description": _("A person's own, or an organisation's: then every member may choose it on the form."),
        }),
    ]  # fmt: skip


def tell_freed(request, person, n):
    """Say how many tickets somebody had to let go of, if any."""
    words = ngettext(
        "%(n)d open ticket of %(person)s is free again.", "%(n)d open tickets of %(person)s are free again.", n
    )
    if n:
        messages.warning(request, words % {"n": n, "person": person})


def send_password_link(request, chosen):
    chosen = list(chosen)
    for person in chosen:
        confirmations.invite(person)
    words = ngettext("A link is on its way to %(n)d person.", "Links are on their way to %(n)d people.", len(chosen))
    messages.info(request, words % {"n": len(chosen)})
