"""Our own addresses: mail to one of them comes back to us."""

from email.utils import parseaddr

from django.conf import settings

from mail import pointers

from .policy import snapshot


def is_ours(address):
    """Whether mail to this address comes back to us."""
    return pointers.plain_address(address) in all_of_ours()


def all_of_ours():
    """Our departments' addresses and the portal's own, in lower case."""
    ours = [row.email for row in snapshot().departments.values() if row.email]
    return {address.lower() for address in [*ours, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]]}
