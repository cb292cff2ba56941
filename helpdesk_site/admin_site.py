"""Django admin as the operator's room: our name, our door (the portal's own sign-in), our order of things.

Staff work their queues in the admin area: its first page opens with a Support group that leads to the desk.
"""

from functools import wraps

from django.contrib import admin
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NUL = "\0"  # PostgreSQL takes none in a text, and no row holds one
ORDER = ["departments", "tickets", "accounts", "mail"]  # apps as an operator looks for them; others follow


class DeskAdminSite(admin.AdminSite):
    site_header = site_title = _("Support desk")
    index_title = _("Configure the portal")

    def login(self, request, extra_context=None):
        """One sign-in for all, with its throttling: the admin has no password form of its own."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("account_login"))

    def password_change(self, request, extra_context=None):
        """One way to change a password for all, with its letter."""
        return redirect("account_change_password")

    def admin_view(self, view, cacheable=False):
        """No address with a NUL reaches a page: a filter by one is answered as Django answers a wrong one."""
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def guarded(request, *args, **kwargs):
            if NUL in request.path:
                raise Http404
            if any(NUL in word for name, words in request.GET.lists() for word in (name, *words)):
                return redirect(f"{request.path}?{ERROR_FLAG}=1")
            return page(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        title = self.index_title if request.user.is_superuser else _("Support desk")
        context = {"support": support_group(request.viewer), "title": title, **(extra_context or {})}
        if request.user.is_superuser:
            context["failing"] = failing_mailboxes()
        return super().index(request, context)

    def get_app_list(self, request, app_label=None):
        """The apps in an operator's order instead of the alphabet's."""
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER))


def failing_mailboxes():
    """Those that operators were written to about, for as long as they fail."""
    from mail.models import Mailbox

    return Mailbox.objects.failing(at=timezone.now())


def support_group(viewer):
    """What waits on the desk for this viewer: rows of (label, address, count as shown)."""
    from tickets.lists import queries

    counted = queries.counts(viewer)
    rows = [
        (_("Waiting for us"), "waiting", counted.waiting),
        (_("My queue"), "mine", counted.mine),
        (_("Flagged for me"), "flagged", counted.flagged),
        (pgettext_lazy("tickets", "Unassigned"), "unassigned", counted.unassigned),
        (_("All open"), "open", counted.open),
    ]
    return [(label, f"{reverse('desk')}?view={view}", queries.shown_count(count) or "0") for label, view, count in rows]
