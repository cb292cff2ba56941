"""A new ticket from a mail (S15, S68, S69, S127, S181, S199; C10, C23)."""

from django.conf import settings
from django.contrib.auth import get_user_model

from accounts.models import SYSTEM_EMAIL
from departments.models import Policy
from departments.policy import snapshot
from helpdesk_site.lib import text
from mail import pointers
from mail.models import IncomingMail

from .. import actions
from ..actions.opening import only_organisation
from ..models import Ticket
from ..writing import write_plain
from . import filing, refusing
from .joining import remember
from .results import Result
from .senders import Trust

Outcome = IncomingMail.Outcome
MOST_PARTICIPANTS = 20  # people of Cc who take part
SUBJECT = 200  # characters


def open_from(letter, sender, placed, row, *, follows=None):
    """How this mail opens a ticket: a deed, to be done in a transaction, that returns a Result; or a refusing.Verdict.

    `follows` is a closed ticket that the mail answers (C3): then it needs no permission of its own.
    """
    department = follows.shown_department if follows else department_of(letter, row)
    if department is None:
        return refusing.Verdict(Outcome.QUARANTINED, "no_department", is_held=True)
    if sender.is_staff and not sender.is_proven:
        return refusing.Verdict(Outcome.QUARANTINED, "staff_unproven", is_held=True, is_told=True)
    if letter.out_of_office or letter.kind == "auto_reply":
        return refusing.Verdict(Outcome.IGNORED, "automatic")
    refused = None if follows else refusing.opening_refused(sender, department)
    if refused:
        return refused
    if passes_on(letter, sender):
        return open_forwarded(letter, sender, row, department)
    return open_own(letter, sender, placed, row, department, follows)


def open_own(letter, sender, placed, row, department, follows):
    """The sender's own ticket."""
    was_known = sender.user is not None
    filed = filing.filed(letter, row, policy=department.policy, by_staff=False)
    written = filing.written(letter, row, sender.trust)
    checks = bool(snapshot().portal.authserv_id)  # our mail server says who is who

    def deed():
        client = sender.user or newcomer(sender.address, sender.name, letter.language)
        ticket = actions.open_ticket(
            department,
            client=client,
            author=client,
            subject=subject_of(letter),
            written=written,
            attachments=filed.attachments,
            organisation=only_organisation(client) if sender.is_proven or not checks else None,
            channel=Ticket.Channel.EMAIL,
            follow_up_of=follows or placed.trashed,
            participants=participants_of(letter, sender, department),
            proven=sender.is_proven,
            quiet=not refusing.may_answer(letter, sender),
            may_belong=placed.hinted.number if placed.hinted else "",
            unconfirmed=wants_word(department, sender, was_known),
            answer_to="" if was_known else answer_address(letter, sender),
        )
        return opened(letter, ticket, filed)

    return deed


def passes_on(letter, sender):
    """Whether staff pass on the mail of somebody whose ticket it can be: not what we wrote ourselves."""
    first = letter.forward.sender.address if sender.is_staff and letter.forward else ""
    address = get_user_model().objects.clean_email(first)
    return bool(address) and address != SYSTEM_EMAIL and not refusing.is_own_address(address)


def open_forwarded(letter, sender, row, department):
    """A mail that staff pass on is its first sender's ticket; what the agent wrote above it is a note. Nobody vouches
    for the first sender (C23)."""
    forward, filed = letter.forward, filing.filed(letter, row, policy=department.policy, by_staff=True)
    written = filing.written(letter, row, Trust.UNVERIFIED, body=forward.body)
    note = write_plain(forward.words) if forward.words.strip() else None

    def deed():
        client = newcomer(forward.sender.address, forward.sender.name, letter.language)
        ticket = actions.open_ticket(
            department,
            client=client,
            author=client,
            subject=text.clean_line(forward.subject)[:SUBJECT] or subject_of(letter),
            written=written,
            attachments=filed.attachments,
            channel=Ticket.Channel.EMAIL,
            proven=False,
            quiet=True,
        )
        if note:
            actions.add_note(ticket, author=sender.user, written=note)
        return opened(letter, ticket, filed, is_staff=True)

    return deed


def opened(letter, ticket, filed, *, is_staff=False):
    message = ticket.first_message
    remember(letter, message)
    return Result(Outcome.CREATED, ticket=ticket, message=message, is_staff=is_staff, left_out=filed.left_out)


# --- What the ticket is made of ---------------------------------------------------------------------------------------


def department_of(letter, row):
    """The department a mail was written to: by its address, else by the mailbox it lay in, else the first there is.

    None in a portal that has none yet.
    """
    rows = [row for row in snapshot().departments.values() if row.is_active]
    by_address = {department.email.lower(): department for department in rows if department.email}
    written_to = [*(person.address for person in letter.recipients), *row.envelope_to, *letter.envelope]
    for address in map(pointers.plain_address, written_to):
        if address in by_address:
            return by_address[address]
    of_mailbox = [department for department in rows if row.mailbox_id and department.mailbox_id == row.mailbox_id]
    return next(iter(of_mailbox or rows or snapshot().departments.values()), None)


def newcomer(address, name, language):
    """The person of an address; a guest where nobody has it yet. Their name is what the mail says, at most once."""
    name = text.clean_line(name)[:120]
    name = "" if "@" in name else name  # an address in a name is there to be taken for somebody else's
    return get_user_model().objects.guest_for(address, name=name, language=spoken(language))


def spoken(language):
    """A language the portal speaks, or ""."""
    return language if language in dict(settings.LANGUAGES) else ""


def subject_of(letter):
    """The subject on one line; without one, how the text begins."""
    subject = text.clean_line(letter.subject)[:SUBJECT]
    return subject or text.excerpt(letter.text, 80) or "–"


def participants_of(letter, sender, department):
    """The people of Cc and To who take part by policy, without us, the sender and staff (S163)."""
    if not department.policy.cc_joins or letter.auto_submitted:
        return []
    users, found = get_user_model().objects, {}
    for person in letter.recipients:
        address = users.clean_email(person.address)
        if address and address != sender.address and not refusing.is_own_address(address):
            found.setdefault(address, person.name)
    people = []
    for address, name in list(found.items())[:MOST_PARTICIPANTS]:
        if refusing.NOBODY.fullmatch(address):
            continue
        user = newcomer(address, name, "")
        if user.is_active and not user.is_staff:
            people.append(user)
    return people


def answer_address(letter, sender):
    """Where answers to somebody new go: the Reply-To, unless it is ours, or a member of staff's (mail/RULES)."""
    users = get_user_model().objects
    address = users.clean_email(letter.reply_to[0].address) if letter.reply_to else ""
    if not address or address == sender.address or refusing.is_own_address(address):
        return ""
    return "" if users.filter(email=address).exists() else address


def wants_word(department, sender, was_known):
    """Whether a ticket about an account waits for its client's word in the portal (S69, C23)."""
    if not department.account_matters:
        return False
    level = department.policy.account_level
    if level == Policy.Level.PORTAL:
        return True
    return not sender.is_proven if level == Policy.Level.AUTHENTICATED else not was_known
