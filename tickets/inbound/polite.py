"""The short answers to what was not taken (C10, C9): our own words only, in the reader's language, few an hour.

They never repeat what the mail said (SECURITY, "acknowledgement mails used to bomb a victim"); file names are named to
proven senders alone.
"""

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.links import absolute
from departments.policy import snapshot
from mail import outbox
from mail.models import Kind
from mail.render import known_language, render_letter

from ..composing import guard


def refuse(letter, sender, reason):
    """Say that a mail was not taken, why, and what to do instead."""
    with override(language_of(letter, sender)):
        portal = _("You can write to us in the portal:")
        send(letter, sender, [reason_words(reason), portal], button=_("Open the portal"), url=absolute("ticket_new"))


def tell_of_files(letter, sender, done):
    """Say which files of a mail were not kept; the message itself was."""
    with override(language_of(letter, sender)):
        said = list(done.left_out) if sender.is_proven else []
        opening = _("Your message arrived. Some of its files were not taken:") if said else _(
            "Your message arrived. Some of its files were not taken: they are too large, too many, or of a kind we do"
            " not take."
        )
        url = absolute("ticket", done.ticket.number)
        send(letter, sender, [opening, *said], button=_("Open the ticket"), url=url, reference=done.ticket.number)


def tell_of_stop(letter, sender, ticket, words):
    """Tell a colleague why their answer by mail has not gone to the client, and where it waits (guard.py)."""
    number, url = ticket.number, f"{absolute('ticket', ticket.number)}#reply"
    with override(language_of(letter, sender)):
        opening = _("Your answer to %(number)s was not sent to the client. It waits in the box of your reply there.")
        said = [f"{reason.what} {reason.todo}" for reason in guard.reasons_against(words, ticket)]
        said.insert(0, opening % {"number": number})
        send(letter, sender, said, button=_("Open the ticket"), url=url, reference=number)


def reason_words(reason):
    """Why a mail was not taken, for its sender."""
    return {
        "replies_off": _("This department takes no replies by mail. Your message was not added to the ticket."),
        "new_off": _("This address takes no new requests by mail. Your message made no ticket."),
        "not_known": _("Only known clients can write to this address. Your message made no ticket."),
        "not_verified": _("We could not be sure that the mail came from you, so it made no ticket."),
        "may_not_reply": _("You can read this ticket, but not write to it. Your message was not added."),
        "closed": _("The ticket is closed and takes no more replies. Open a new one that names its number."),
        "too_large": _("Your mail is larger than we can take. Send it without its files, or share them by a link."),
        "staff_unproven": _("Your mail could not be proven to be yours, so it was not sent on. Answer at the desk."),
    }.get(reason, _("Your message could not be added to the ticket."))


def send(letter, sender, paragraphs, *, button, url, reference=""):
    language, portal = language_of(letter, sender), snapshot().portal
    context = {
        "subject_line": _("Your mail to %(portal)s") % {"portal": portal.name},
        "paragraphs": paragraphs,
        "button": button,
        "url": url,
        "portal_name": portal.name,
        "foot": _("%(portal)s answered a mail that came from %(address)s. A machine wrote this.")
        % {"portal": portal.name, "address": sender.address},
    }
    zone = sender.user.zone if sender.user else "UTC"
    rendered = render_letter("answer", context, language, zone)
    return outbox.enqueue(
        to=sender.address,
        user=sender.user,
        kind=Kind.REFUSED,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        from_name=portal.name,
        in_reply_to=letter.message_id,
        references=[letter.message_id],
        language=language,
        reference=reference,
    )


def language_of(letter, sender):
    """The language to answer in: the person's own, else the mail's, else the portal's."""
    return known_language((sender.user and sender.user.language) or letter.language)
