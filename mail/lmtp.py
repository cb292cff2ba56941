"""Mail from the mail server beside us over LMTP (RFC 2033): each recipient gets an answer, and a yes means stored."""
import asyncio
import contextlib
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.lmtp import LMTP
from django.conf import settings
from django.db import close_old_connections

from . import intake
from .fetching import LARGEST
from .models import IncomingMail

log = logging.getLogger(__name__)

MOST_RECIPIENTS = 1_000
LONGEST_LINE = 10_000_000
IDLE = 300  # seconds without a word until we hang up
LAST_WORDS = 10  # seconds for a conversation that is under way when we are told to stop

STORED = "250 2.0.0 Stored"
LATER = "451 4.3.0 The mail cannot be stored now; try again later"


class Conversation(LMTP):
    """aiosmtpd's LMTP, which answers after the data once for each recipient, as the RFC wants, whatever the answer."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler):
        super().__init__(
            handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname=settings.SITE_HOSTNAME, ident="LMTP",
            timeout=IDLE, loop=asyncio.get_running_loop(),
        )  # fmt: skip
        self.answers = 1

    async def push(self, status):
        text = status if isinstance(status, str) else status.decode("ascii", "replace")
        copies, self.answers = self.answers, 1
        if text.startswith("354"):
            self.answers = len(self.envelope.rcpt_tos)
        await super().push("\r\n".join([text] * copies))


class Postbox:
    """What is done with a mail: it is stored, in a thread, and told off to come later when that fails."""

    def __init__(self):
        self.threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="lmtp")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, keep, envelope)


def keep(envelope):
    """Store a mail and return the answer for the mail server; never raises."""
    close_old_connections()
    try:
        intake.store(
            envelope.original_content, source=IncomingMail.Source.LMTP, envelope_from=envelope.mail_from or "",
            envelope_to=envelope.rcpt_tos,
        )  # fmt: skip
    except Exception:  # disk, database, whatever: the mail server keeps the mail and comes again
        log.exception("A mail that came over LMTP could not be stored.")
        return LATER
    return STORED


async def serve(*, host="", port=0, path="", ready=lambda address: None):
    """Listen on a port or a socket file until SIGINT or SIGTERM; what is under way then is finished."""
    postbox, loop, stop = Postbox(), asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, RuntimeError):  # only the main thread hears signals
            loop.add_signal_handler(number, stop.set)
    if path:
        server = await loop.create_unix_server(lambda: Conversation(postbox), path)
    else:
        server = await loop.create_server(lambda: Conversation(postbox), host, port)
    ready(server.sockets[0].getsockname())
    try:
        await stop.wait()
    finally:
        server.close()
        postbox.threads.shutdown(wait=True)
