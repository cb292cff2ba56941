"""What a mail is not taken for: kept without effect, held for staff, or refused with a polite answer (C10, T11, T12).

Nothing is dropped: the bytes stay, the import log says why, and staff can still make a ticket of it.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.db.models.functions import Now

from departments.addresses import is_ours as is_own_address
from departments.models import Policy
from departments.policy import snapshot
from helpdesk_site.lib.prepared import Prepared
from mail import blocking, pointers
from mail.models import IncomingMail, Kind, OutgoingMail

from . import alarms

Outcome = IncomingMail.Outcome
NewByMail = Policy.NewByMail

AUTOMATIC = [Kind.RECEIPT, Kind.REFUSED, Kind.GUEST_PASS]  # what goes out because a mail came in
ANSWERS_TO_ONE = 3  # automatic mails to one address in an hour
ANSWERS_TO_ALL = 500  # automatic mails to everybody in an hour
TICKETS_OF_ONE = 30  # new tickets of one sender by mail in an hour
REPLIES_OF_ONE = 60  # replies of one sender by mail in an hour
MOST_READ = 50_000  # kB of a mail, whatever the operator says
HOUR = timedelta(hours=1)
NOBODY = re.compile(  # addresses behind which nobody reads
    r"(?:.*[+._-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|ne[._-]?pas[._-]?repondre|nao[._-]?respond[ae]r?|no[._-]?responder"
    r"|nicht[._-]?antworten|non[._-]?rispondere)(?:[+._-].*)?@.*"
    r"|(?:mailer-daemon|postmaster|bounces?|daemon)(?:[+._-].*)?@.*"
)

# Asked of nearly every mail
answers_to_one = Prepared(
    lambda address: OutgoingMail.objects.filter(
        to_address=address, kind__in=AUTOMATIC, created_at__gt=Now() - HOUR
    ).values("pk")[:ANSWERS_TO_ONE],
    slots=(str,),
)
answers_to_all = Prepared(
    lambda: OutgoingMail.objects.filter(kind__in=AUTOMATIC, created_at__gt=Now() - HOUR).values("pk")[:ANSWERS_TO_ALL],
    slots=(),
)


@cache
def mails_of(most):
    """The prepared statement for so many mails, at most, of a sender that came to an outcome within the hour."""
    return Prepared(
        lambda address, outcome: IncomingMail.objects.filter(
            sender_address=address, outcome=outcome, handled_at__gt=Now() - HOUR
        ).values("pk")[:most],
        slots=(str, str),
    )


@dataclass(frozen=True)
class Verdict:
    """What is done instead of taking the mail. `is_held`: staff decide; `is_told`: its sender gets a polite answer."""

    outcome: str
    reason: str
    is_held: bool = False
    is_told: bool = False


# --- Whatever ticket it is for ----------------------------------------------------------------------------------------


def never_taken(letter, sender, row):
    """The Verdict on what is taken for no ticket at all; None for the rest."""
    if pointers.is_own(letter.message_id):
        return Verdict(Outcome.IGNORED, "own_mail")
    if is_copy(letter, row):
        return Verdict(Outcome.IGNORED, "copy")
    if not sender.address:
        return Verdict(Outcome.REJECTED, "no_sender", is_held=True)
    if is_own_address(sender.address):
        return Verdict(Outcome.IGNORED, "own_address")
    if is_too_large(row):
        return too_large()
    if blocking.blocks(letter):
        return Verdict(Outcome.IGNORED, "blocked")
    if letter.kind == "feedback":
        return Verdict(Outcome.IGNORED, "feedback")
    if sender.forged and letter.kind != "bounce":
        return Verdict(Outcome.QUARANTINED, "forged", is_held=True)
    return None


def is_copy(letter, row):
    """Whether the same mail came before by another way. Another mail under a taken Message-ID is none."""
    first = row.copy_of
    return bool(first and first.sender_address == letter.sender.address.lower() and first.sent_at == letter.date)


def is_too_large(row):
    """Whether a mail is larger than the operator takes, or than we ever read (C9)."""
    return bool(row.cut_from) or row.size > (snapshot().portal.mail_size or MOST_READ) * 1000


def too_large():
    """By policy it is refused; beyond what we can read it is set aside. Its sender is told, and its bytes are kept."""
    outcome = Outcome.REJECTED if snapshot().portal.mail_size else Outcome.QUARANTINED
    return Verdict(outcome, "too_large", is_held=True, is_told=True)


# --- By policy --------------------------------------------------------------------------------------------------------


def reply_refused(policy, sender):
    """The Verdict on a reply where the department takes none by mail, or from whom too many came; else None (C10)."""
    if not policy.email_reply:
        return Verdict(Outcome.REJECTED, "replies_off", is_held=True, is_told=True)
    if mails_of_late(sender, Outcome.APPENDED, REPLIES_OF_ONE) >= REPLIES_OF_ONE:
        return Verdict(Outcome.QUARANTINED, "too_many", is_held=True)
    return None


def opening_refused(sender, department):
    """The Verdict on a new ticket by this sender in this department; None where it is taken (C10, S39, S68, S122)."""
    way = department.policy.email_new
    if sender.is_staff and sender.is_proven:
        return None
    if not department.is_active or way == NewByMail.OFF:
        return Verdict(Outcome.REJECTED, "new_off", is_held=True, is_told=True)
    known = bool(sender.user and sender.user.is_active)
    if way != NewByMail.ANYONE and not known:
        return Verdict(Outcome.REJECTED, "not_known", is_held=True, is_told=True)
    if way == NewByMail.VERIFIED and not sender.is_proven:
        return Verdict(Outcome.REJECTED, "not_verified", is_held=True, is_told=True)
    if sender.user and not sender.user.is_active:
        return Verdict(Outcome.REJECTED, "deactivated", is_held=True)
    if mails_of_late(sender, Outcome.CREATED, TICKETS_OF_ONE) >= TICKETS_OF_ONE:
        return Verdict(Outcome.QUARANTINED, "too_many", is_held=True)
    return None


def mails_of_late(sender, outcome, most):
    """How many mails of this sender came to this outcome within the hour, `most` at most."""
    return len(mails_of(most).rows(sender.address, outcome.value))


# --- Answering by itself ----------------------------------------------------------------------------------------------


def may_answer(letter, sender):
    """Whether an automatic mail may go to the sender (RFC 3834, 2): to people, of whom nobody says they are forged, and
    never more than a few an hour, so that two machines stop and nobody is flooded in a stranger's name (T11)."""
    if letter.auto_submitted or sender.forged or not sender.address or letter.return_path == "":
        return False
    return not sender.is_staff and may_write_to(sender.address)


def may_write_to(address):
    """Whether one more automatic mail may go to an address this hour, whoever typed or sent it."""
    if NOBODY.fullmatch(address) or is_own_address(address):
        return False
    return answered_of_late(address) < ANSWERS_TO_ONE and not too_many_answers()


def answered_of_late(address):
    """How many automatic mails went to this address within the hour."""
    return len(answers_to_one.rows(address))


def too_many_answers():
    """Whether so many automatic mails went out within the hour that something is wrong; operators are told."""
    if len(answers_to_all.rows()) < ANSWERS_TO_ALL:
        return False
    alarms.raise_alarm("answers")
    return True
