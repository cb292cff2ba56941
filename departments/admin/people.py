"""A person's places in departments, on the person's own page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin

from ..models import StaffPlace


class PlacesInline(admin.TabularInline):
    model = StaffPlace
    extra = 0
    autocomplete_fields = ["department"]
    verbose_name = _("place")
    verbose_name_plural = _("where they work, if they are staff")


PersonAdmin.inlines = [PlacesInline, *PersonAdmin.inlines]
