"""Who wrote a mail, and who vouches for that (C10, C23; RFC 8601, RFC 7489)."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from accounts.models import SYSTEM_EMAIL
from accounts.viewer import STRANGER, Viewer
from departments.policy import snapshot
from helpdesk_site.lib.prepared import PreparedRows

from ..models import Message

Trust = Message.Trust
with_address = PreparedRows(lambda email: get_user_model().objects.filter(email=email), slots=(str,))


@dataclass(frozen=True)
class Sender:
    """The person of a mail's From: `user` is None for an address nobody has. `forged` says that the mail server of the
    address's owner disowns it."""

    address: str
    name: str
    user: object = None
    trust: str = Trust.UNVERIFIED
    forged: bool = False

    @property
    def viewer(self):
        return Viewer(self.user) if self.user else STRANGER

    @property
    def is_proven(self):
        return self.trust == Trust.AUTHENTICATED

    @property
    def is_staff(self):
        """A member of staff, as far as the address says; only a proven one has any rights by mail."""
        return bool(self.user and self.user.is_staff)


def sender_of(letter):
    """The Sender of a Letter. A mail of several senders, or of none with an address, is never proven."""
    address = get_user_model().objects.clean_email(letter.sender.address)
    known = with_address.first(address) if address and address != SYSTEM_EMAIL else None
    verdict = "" if len(letter.senders) != 1 else verdict_on(address, letter.authentication)
    return Sender(
        address=address,
        name=letter.sender.name[:120],
        user=known,
        trust=Trust.AUTHENTICATED if verdict == "pass" else Trust.UNVERIFIED,
        forged=verdict == "fail",
    )


def verdict_on(address, results):
    """ "pass", "fail" or "": what our own mail server says of mail from this address.

    Only the topmost header of the configured server counts: a sender can write the others (RFC 8601, 5). Where it says
    nothing of DMARC, a signature or an envelope sender of the same domain vouches too.
    """
    ours = topmost(results, snapshot().portal.authserv_id)
    domain = address.rpartition("@")[2].lower()
    dmarc = [row for row in ours if row.method == "dmarc"]
    if dmarc:
        passed = dmarc[0].result == "pass" and (not dmarc[0].domain or aligned(dmarc[0].domain, domain))
        return "pass" if passed else "fail" if dmarc[0].result == "fail" else ""
    vouching = [row for row in ours if row.result == "pass" and row.method in ("dkim", "spf")]
    return "pass" if any(aligned(row.domain, domain) for row in vouching) else ""


def topmost(results, authserv_id):
    """The results of the first header that our server wrote; none where no server is configured."""
    ours = [row for row in results if authserv_id and row.authserv_id.lower() == authserv_id.lower()]
    return [row for row in ours if row.instance == ours[0].instance]


def aligned(vouching, domain):
    """Whether one domain speaks for the other: the same, or a parent of it (RFC 7489, 3.1, without public suffixes:
    a name with one dot at least)."""
    vouching = vouching.rpartition("@")[2].lower().strip(".")
    if "." not in vouching:
        return False
    return domain == vouching or domain.endswith(f".{vouching}")
