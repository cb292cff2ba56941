from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from allauth.account.signals import password_changed, password_reset

        from . import sessions

        user_logged_in.connect(sessions.begin)
        password_changed.connect(sessions.end_others)
        password_reset.connect(sessions.end_others)
