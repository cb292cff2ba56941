"""Django admin as the operator's room: our name, our door (the portal's own sign-in), our order of things."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DeskAdminSite(admin.AdminSite):
    site_header = site_title = _("Support desk")
    index_title = _("Configure the portal")

    def login(self, request, extra_context=None):
        """One sign-in for all, with its throttling: the admin has no password form of its own."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("account_login"))
