"""A line to an IMAP folder. Mails are read without marking them; `done` marks, moves or deletes once they are stored.

imap-tools speaks the protocol; its own parser, its EXPUNGE after every flag and its certificates unchecked by default
are not used.
"""
import imaplib
import re
import time
from datetime import timedelta

from imap_tools import A, BaseMailBox
from imap_tools.utils import encode_folder

from ..models import Mailbox
from . import access, places
from .dialing import context, dial, secured
from .places import Place
from .trouble import Problem, Trouble, during

CHUNK = 100  # mails whose sizes are asked for at once
BODY = re.compile(rb"BODY\[[^\]]*\](?:<\d+>)?\s", re.IGNORECASE)


class Client(imaplib.IMAP4):
    """imaplib over a line of ours."""

    def __init__(self, mailbox, patience):
        self.mailbox, self.patience = mailbox, patience
        super().__init__(mailbox.host, mailbox.reached_at)

    def _create_socket(self, timeout):
        line = dial(self.host, self.port, self.patience)
        return secured(line, self.host) if self.mailbox.security == Mailbox.Security.TLS else line

    def read(self, size):
        """A literal, when it is not larger than any mail we asked for."""
        if size > 2 * places.LARGEST:
            raise self.abort(f"unexpected size: {size} bytes")
        return super().read(size)


class Box(BaseMailBox):
    """imap-tools over our client."""

    def __init__(self, client):
        self._given = client
        super().__init__()

    def _get_mailbox_client(self):
        return self._given


class Imap:
    """`with Imap(mailbox, patience) as line:` is signed in, with the folder open. Raises Trouble at every step."""

    def __init__(self, mailbox, patience, *, readonly=False):
        self.mailbox, self.patience, self.readonly = mailbox, patience, readonly
        self.folder = mailbox.folder
        self.box = None
        self.uid_validity = self.first_new = None
        self.last_uid = 0

    def __enter__(self):
        try:
            self._connect()
            with during(Problem.SIGN_IN):
                self._sign_in()
            with during(Problem.PROTOCOL):
                self._ask_what_it_can()
            with during(Problem.FOLDER):
                self._open_folder()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Say goodbye when the server still listens; never raises."""
        client = self.box.client if self.box else None
        if client is None or client.state == "LOGOUT":
            return
        try:
            client.sock.settimeout(2)
            client.logout()
        except (OSError, imaplib.IMAP4.error, AttributeError):
            try:
                client.shutdown()
            except OSError:
                pass

    # Mails

    def waiting(self):
        """The places of mails to take in, oldest first: unread ones, and all that came since we looked last.

        Somebody who reads along in a mail program hides no mail from us. When the folder was made anew its numbers
        mean nothing any more, so the mails of the last days are looked at again; the store knows what it has.
        """
        with during(Problem.PROTOCOL):
            found = set(self._search("UNSEEN UNDELETED"))
            if self.mailbox.uid_validity == self.uid_validity:
                newer = self._search(f"UID {self.mailbox.last_uid + 1}:* UNDELETED")
                found |= {uid for uid in newer if uid > self.mailbox.last_uid}  # n:* names the last one in any case
            elif self.mailbox.uid_validity and self.mailbox.checked_at:
                since = (self.mailbox.checked_at - timedelta(days=2)).date()
                found |= set(self._search(str(A(date_gte=since, deleted=False))))
            return [Place(str(uid), uid, size) for uid, size in self._sizes(sorted(found))]

    def read(self, place):
        """The mail's bytes; None when it is gone. Of one that is too large the first part."""
        part = "BODY.PEEK[]" if place.is_whole else f"BODY.PEEK[]<0.{places.LARGEST}>"
        with during(Problem.PROTOCOL):
            status, answer = self.box.client.uid("FETCH", place.key, f"({part})")
            if status != "OK":
                raise Trouble(Problem.PROTOCOL, answer)
            return body_of(answer)

    def done(self, place):
        """Mark, move or delete a mail that is stored. One that was cut stays, marked as read."""
        after = self.mailbox.after if place.is_whole else Mailbox.After.SEEN
        with during(Problem.NOT_MARKED):
            if after == Mailbox.After.MOVE:
                self._move(place.key)
            elif after == Mailbox.After.DELETE:
                self._delete(place.key)
            else:
                self._say("STORE", place.key, "+FLAGS.SILENT", r"(\Seen)")
        self.last_uid = max(self.last_uid, place.uid)

    def remember(self, *, finished):
        """Note how far we are. A folder seen for the first time counts as read up to its end, for what is unread comes
        anyhow; one that was made anew only when all of its last days was looked at."""
        if self.mailbox.uid_validity == self.uid_validity:
            last = max(self.mailbox.last_uid, self.last_uid)
        elif finished or self.mailbox.uid_validity is None:
            last = max(self.first_new - 1, self.last_uid)
        else:
            return
        self.mailbox.uid_validity, self.mailbox.last_uid = self.uid_validity, last
        self.mailbox.save(update_fields=["uid_validity", "last_uid"])

    def total(self):
        """How many mails lie in the folder."""
        with during(Problem.PROTOCOL):
            return len(self._search("ALL"))

    def check(self):
        """What can be known to fail later on: the folder that mails are to be moved to."""
        if self.mailbox.after == Mailbox.After.MOVE:
            with during(Problem.NO_OTHER_FOLDER):
                if not self.box.folder.exists(self.mailbox.moved_to):
                    raise Trouble(Problem.NO_OTHER_FOLDER, self.mailbox.moved_to)

    # Being told (IDLE)

    @property
    def can_idle(self):
        return "IDLE" in self.box.client.capabilities

    def wait(self, seconds, stop):
        """Wait until the server tells of something, or so long, or until `stop` is set."""
        ends = time.monotonic() + seconds
        with during(Problem.PROTOCOL), self.box.idle as idle:
            while not stop.is_set() and time.monotonic() < ends:
                begun = time.monotonic()
                if idle.poll(timeout=1) or time.monotonic() - begun < 0.5:  # nothing, at once: the server is gone
                    return

    # Steps

    def _connect(self):
        with during(Problem.PROTOCOL, broken=Problem.UNREACHABLE):
            client = Client(self.mailbox, self.patience)
        self.box = Box(client)
        if self.mailbox.security == Mailbox.Security.STARTTLS:
            with during(Problem.NO_TLS):
                client.starttls(context())

    def _sign_in(self):
        mailbox, client = self.mailbox, self.box.client
        if mailbox.auth != Mailbox.Auth.PASSWORD:
            words = access.xoauth2(mailbox, self.patience)
            client.authenticate("XOAUTH2", lambda question: b"" if question else words)
        elif "AUTH=PLAIN" in client.capabilities:
            words = f"\0{mailbox.username}\0{access.password(mailbox)}".encode()
            client.authenticate("PLAIN", lambda question: words)
        else:
            self.box.login(mailbox.username, access.password(mailbox), initial_folder=None)

    def _ask_what_it_can(self):
        """Servers say less to strangers: MOVE and IDLE are often told after the sign-in only."""
        words = self.box.client.capability()[1][-1]
        self.box.client.capabilities = tuple((words or b"").decode("ascii", "replace").upper().split())

    def _open_folder(self):
        self.box.folder.set(self.mailbox.folder, readonly=self.readonly)
        self.uid_validity = self._told("UIDVALIDITY") or 0
        self.first_new = self._told("UIDNEXT") or max(self._search("ALL"), default=0) + 1

    def _told(self, code):
        answer = self.box.client.response(code)[1]
        return int(answer[-1]) if answer and answer[-1] else None

    def _search(self, criteria):
        return [int(uid) for uid in self.box.uids(criteria, charset=None)]

    def _sizes(self, uids):
        """(UID, size) of these mails; one that is gone meanwhile is left out."""
        for start in range(0, len(uids), CHUNK):
            chunk = uids[start : start + CHUNK]
            sizes = {}
            for line in self._say("FETCH", ",".join(map(str, chunk)), "(UID RFC822.SIZE)"):
                words = line[0] if isinstance(line, tuple) else line or b""
                uid, size = re.search(rb"\bUID (\d+)", words), re.search(rb"RFC822\.SIZE (\d+)", words)
                if uid and size:
                    sizes[int(uid[1])] = int(size[1])
            yield from ((uid, sizes[uid]) for uid in chunk if uid in sizes)

    def _move(self, uid):
        if "MOVE" in self.box.client.capabilities:
            self._say("MOVE", uid, encode_folder(self.mailbox.moved_to))
        else:
            self._say("COPY", uid, encode_folder(self.mailbox.moved_to))
            self._delete(uid)

    def _delete(self, uid):
        self._say("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.box.client.capabilities:
            self._say("EXPUNGE", uid)
        else:
            self.box.expunge()

    def _say(self, *words):
        status, answer = self.box.client.uid(*words)
        if status != "OK":
            raise imaplib.IMAP4.error(b" ".join(part for part in answer if isinstance(part, bytes)))
        return answer


def body_of(answer):
    """The bytes in the answer to FETCH: a literal, or in quotes when it is short; None when the mail is gone."""
    for part in answer:
        if isinstance(part, tuple) and BODY.search(part[0]):
            return part[1]
        quoted = re.search(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', part or b"") if isinstance(part, bytes) else None
        if quoted:
            return re.sub(rb"\\(.)", rb"\1", quoted[1])
    return None
