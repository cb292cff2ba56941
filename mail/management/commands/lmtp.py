"""`manage.py lmtp`: the mail server beside us hands mail over."""
import asyncio
import contextlib
import os

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Listens for mail over LMTP, on loopback: whoever reaches it may hand over mail in anybody's name."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8024, help="port to listen on (8024)")
        parser.add_argument("--socket", default="", metavar="PATH", help="listen on a socket file instead")

    def handle(self, *args, host, port, socket, **options):
        from mail import lmtp

        if socket:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(socket)
        asyncio.run(lmtp.serve(host=host, port=port, path=socket, ready=self.say))

    def say(self, address):
        shown = ":".join(map(str, address[:2])) if isinstance(address, tuple) else address
        self.stdout.write(f"Listening for LMTP on {shown}")
        self.stdout.flush()
