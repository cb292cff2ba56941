"""Fixtures: mailboxes on a real server, seen by a person's mail program and by the portal."""
import itertools
import os

import pytest

from mail.models import Mailbox

from .dovecot import PASSWORD, Dovecot, MailProgram
from .servers import Provider

numbers = itertools.count()


@pytest.fixture(scope="session")
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def dovecot(provider):
    dovecot = Dovecot(token_info=f"{provider.url}/info?access_token=")
    yield dovecot.start()
    dovecot.stop()


@pytest.fixture
def program(request):
    """A person's mail program in a fresh mailbox on a real server."""
    program = MailProgram(request.getfixturevalue("dovecot"), f"box{next(numbers)}-{os.getpid()}")
    yield program
    program.close()


@pytest.fixture
def connect(program):
    """`connect(kind="pop3")`: the same mailbox, as an operator configures it."""

    def configure(**given):
        dovecot = program.dovecot
        port = getattr(dovecot, given.get("kind", "imap"))
        secret = given.pop("secret", PASSWORD)
        plain = {"name": program.name, "host": "127.0.0.1", "port": port, "security": "none", "username": program.name}
        mailbox = Mailbox(**{**plain, **given})
        mailbox.secret = secret
        mailbox.save()
        return mailbox

    return configure
