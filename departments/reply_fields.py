"""The fields staff may put into predefined replies, their replies and signatures: a fixed list, each with what it says
(S148). Their values come from the ticket and the agent (`tickets.predefined`)."""

from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib import merging

from .letter_fields import Field

FIELDS = {
    field.name: field
    for field in (
        Field("client.first_name", _("First name of the client; [FIRSTNAME] is the same")),
        Field("client.name", _("Their full name; [NAME] is the same")),
        Field("client.email", _("Their address; [EMAIL] is the same")),
        Field("client.organisation", _("The organisation the ticket is for")),
        Field("ticket.number", _("Number of the ticket")),
        Field("ticket.subject", _("Subject of the ticket")),
        Field("ticket.department", _("Department")),
        Field("ticket.service", _("The service the ticket is about")),
        Field("ticket.priority", _("Priority")),
        Field("ticket.opened", _("The day it was opened")),
        Field("agent.name", _("Name of whoever answers, as clients may know it")),
        Field("agent.title", _("Their role, as clients may know it")),
        Field("portal.name", _("Name of the portal")),
        Field("portal.link", _("Address of the portal")),
    )
}
SHORT = {short: name.replace("reader.", "client.") for short, name in merging.SHORT.items()}  # [NAME]: client.name
KNOWN = {*FIELDS, *merging.SHORT.values()}
IN_SIGNATURES = ("agent.name", "agent.title", "ticket.department", "portal.name", "portal.link")


def unknown(text, known=KNOWN):
    """What looks like a field in this text and is none of the `known`, as it stands there."""
    return merging.strangers(text, known)
