"""The app entry of Django admin, apart from the site itself, which needs the apps to be loaded."""
from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    default_site = "helpdesk_site.admin_site.DeskAdminSite"
