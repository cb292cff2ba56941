"""`manage.py portal`: prepares what is due, then runs web, worker and scheduler until Ctrl-C. `bin/run` ends here."""

import socket
import sys

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from accounts.models import SYSTEM_EMAIL, User
from helpdesk_site import cast, preparing
from helpdesk_site.supervisor import Supervisor, programs


class Command(BaseCommand):
    help = "Runs the portal on this machine: web, worker and scheduler together, until Ctrl-C."
    requires_system_checks = []

    def handle(self, **options):
        refuse_a_taken_port()
        preparing.migrate()
        preparing.compile_translations()
        preparing.collect_static()
        if settings.DEMO and is_empty():
            print("Loading the demo world ...", flush=True)
            call_command("demo")
        sys.exit(Supervisor(programs(), ready=say_welcome).run())


def refuse_a_taken_port():
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", settings.PORT))
        except OSError as error:
            raise CommandError(f"Port {settings.PORT} cannot be used: {error.strerror}. Try --port.") from None


def is_empty():
    """Nobody is here yet but the actor of the machines."""
    return not User.objects.exclude(email=SYSTEM_EMAIL).exists()


def say_welcome():
    print(f"\nThe portal runs at {settings.BASE_URL}/   (Ctrl-C stops it)")
    if settings.DEMO:
        print(f"Sign in with the password {cast.PASSWORD} as")
        for person in User.objects.filter(email__in=[f"{name}@example.com" for name in cast.PEOPLE]).order_by("pk"):
            who = "guest: comes in by the link in the mail" if person.is_guest else person.title or "client"
            print(f"  {person.email:22} {person.name}, {who}")
    elif is_empty():
        print("Nobody can sign in yet. In another terminal, `manage.py operator you@example.com` lets you in.")
    print(flush=True)
