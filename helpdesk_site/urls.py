"""Every door of the house (CONTRACT, "URLs")."""

from django.contrib import admin
from django.urls import include, path

from . import brand, health

handler400 = "helpdesk_site.errors.bad_request"
handler403 = "helpdesk_site.errors.permission_denied"
handler404 = "helpdesk_site.errors.page_not_found"
handler500 = "helpdesk_site.errors.server_error"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("tickets.urls")),  # before the rest: asked for most
    path("brand-<int:hue>.css", brand.stylesheet, name="brand"),
    path("admin/", admin.site.urls),
    path("", include("departments.urls")),
    path("", include("accounts.urls")),
]
