"""The site's one row: its name and the values every department falls back to."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import Portal
from .forms import PolicyForm
from .shared import POLICY_FIELDSETS, Presettable, tell_of


@admin.register(Portal)
class PortalAdmin(Presettable):
    form = PolicyForm
    fieldsets = [
        (_("The portal"), {"fields": ["name", "hue", "chat_url", "client_link"]}),
        (_("Mail"), {"fields": ["authserv_id", "plus_addresses", "mail_size"]}),
        *[(title, {**options, "classes": []}) for title, options in POLICY_FIELDSETS],
    ]

    def changelist_view(self, request, extra_context=None):
        """There is one row: its page is the list."""
        return redirect(reverse("admin:departments_portal_change", args=[Portal.get().pk]))

    def has_add_permission(self, request):
        return False

    def tell(self, row):
        tell_of(Portal)
