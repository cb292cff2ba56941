from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self):
        from mail.signals import mail_failed

        from . import listening

        mail_failed.connect(listening.mail_failed)
