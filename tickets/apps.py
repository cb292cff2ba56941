from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self):
        from accounts.signals import sight_asked, work_taken
        from departments.signals import settings_changed
        from mail.signals import mail_arrived, mail_failed

        from . import listening
        from .inbound import reasons

        mail_arrived.connect(listening.mail_arrived)
        mail_failed.connect(listening.mail_failed)
        settings_changed.connect(listening.settings_changed)
        sight_asked.connect(listening.sight_asked)
        work_taken.connect(listening.work_taken)
        reasons.announce()
