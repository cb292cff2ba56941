"""Why a mail ended as it did, in words: what happened, and what staff can do about it. In the database it is a code."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mail import reasons


@dataclass(frozen=True)
class Reason:
    """`what` happened, `todo` what can be done: a sentence or two each, for staff."""

    what: str
    todo: str = ""


ACCEPT = _("If it is welcome, accept it as a new ticket or add it to the one it belongs to.")
LATER = _("Its source can be downloaded. Run it again once the portal was updated.")

REASONS = {
    # Kept without effect
    "own_mail": Reason(
        _("It is a mail of our own that came back to us."),
        _("Nothing is to be done. If it happens often, two addresses forward to each other."),
    ),
    "own_address": Reason(
        _("Its sender is one of our own addresses."),
        _("Nothing is to be done. Colleagues write from their own address, not from a department’s."),
    ),
    "copy": Reason(
        _("The same mail came before by another way and was handled then."),
        _("Nothing is to be done: the first one is in this log too."),
    ),
    "blocked": Reason(
        _("Its sender, or a phrase in it, is blocked."),
        _("If the block was a mistake, an operator takes it back; then run the mail again."),
    ),
    "feedback": Reason(
        _("It is a report of a mail provider, such as a complaint about unwanted mail."),
        _("Read it: who complains there should get no more mail from us."),
    ),
    "automatic": Reason(
        _("It is an automatic answer, such as an out-of-office."),
        _("Nothing is to be done: it opens no ticket, and nobody is told of it."),
    ),
    "bounce_of_nothing": Reason(
        _("It reports a mail that was not delivered, and that mail was not ours."),
        _("Nothing is to be done. Many of these mean that somebody else writes in our name."),
    ),
    "delayed": Reason(
        _("It reports that a letter of ours is late; the mail server goes on trying."),
        _("Nothing is to be done: if it is given up in the end, another report says so, and the ticket shows it."),
    ),
    "bounce": Reason(
        _("It reports that a letter of ours was not delivered."),
        _("The ticket shows which one. Ask the client for another address."),
    ),
    "put_aside": Reason(
        _("A colleague read it and put it aside."),
        _("Run it again, or accept it, if that was a mistake."),
    ),
    # Refused
    "no_sender": Reason(
        _("It names no sender, so nobody could be answered."),
        _("Read it. If you know whose ticket it belongs to, add it there."),
    ),
    "too_large": Reason(
        _("It is larger than the portal takes."),
        _("Its sender was told. Accept it all the same if what it says is wanted; files beyond the limit stay here."),
    ),
    "replies_off": Reason(_("The department of that ticket takes no replies by mail."), ACCEPT),
    "new_off": Reason(_("The department takes no new tickets by mail."), ACCEPT),
    "not_known": Reason(_("The department takes new tickets by mail from known clients only."), ACCEPT),
    "not_verified": Reason(
        _("The department takes new tickets by mail only where a mail server vouches for the sender; none did."),
        _("Anybody could have written it in that name. Accept it only if you are sure who did."),
    ),
    "deactivated": Reason(_("Its sender’s account is switched off."), ACCEPT),
    "may_not_reply": Reason(_("Its sender may read that ticket, but not write to it."), ACCEPT),
    "closed": Reason(
        _("The ticket is closed and takes no more replies."),
        _("Accept it as a new ticket, or open that one again first."),
    ),
    "refused": Reason(_("The ticket did not take it: its state changed meanwhile."), _("Run it again, or accept it.")),
    "stopped": Reason(
        _("It would have told the client something that was not meant for them, so it was not sent on."),
        _("Its author was told why. The text waits in their box for a reply on the ticket."),
    ),
    # Set aside
    "forged": Reason(
        _("The mail server of the sender’s own domain says that it did not send this mail."),
        _("Do not trust it: most likely somebody else writes in that name. Ask the person by another way."),
    ),
    "no_department": Reason(
        _("There is no department yet that could take it."),
        _("Set up a department, then run the mail again."),
    ),
    "too_many": Reason(
        _("Its sender wrote very many mails within an hour."),
        _("If it is a machine, block it. If somebody is in need, accept the mails or add them to one ticket."),
    ),
    "staff_unproven": Reason(
        _("It names a colleague as its sender, and nothing proves that the colleague wrote it."),
        _("Ask your colleague. What they wrote can be answered at the desk."),
    ),
    "too_slow": Reason(_("Reading it took too long."), LATER),
    "too_heavy": Reason(_("Reading it took too much memory."), LATER),
    "gave_up": Reason(
        _("Reading it failed three times."), _("Run it again. If it fails once more, tell an operator.")
    ),
}  # fmt: skip


def of(code) -> Reason:
    """The Reason of a code; a code nobody named is shown as it is."""
    return REASONS.get(code) or Reason(str(code))


def announce():
    """Let the import log of the operators use these words too."""
    reasons.name({code: row.what for code, row in REASONS.items()})
