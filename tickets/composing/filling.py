"""The merge fields of replies and signatures, filled in for one ticket and one agent (S146, S148)."""

from django.utils import formats, timezone, translation

from accounts.links import absolute
from departments import policy, reply_fields
from departments.policy import snapshot
from helpdesk_site.lib import merging, text
from mail.render import known_language

from .. import words


def merged(source, ticket, *, agent):
    """A reply as it was typed with its fields filled in for the ticket (S148)."""
    if "{{" not in source and "[" not in source:
        return source
    return merging.filled(source, values(ticket, agent=agent, language=known_language(ticket.client.language)))


def values(ticket, *, agent, language):
    """{field: what it says} in this language, without those that say nothing. Each is one line."""
    with translation.override(language), timezone.override(ticket.client.zone):
        said = {name: text.clean_line(value(ticket, agent) or "") for name, value in VALUES.items()}
    said |= {name: said[reply_fields.SHORT[short]] for short, name in merging.SHORT.items()}
    return {name: value for name, value in said.items() if value}


VALUES = {
    "client.first_name": lambda ticket, agent: next(iter(ticket.client.name.split()), ""),
    "client.name": lambda ticket, agent: ticket.client.name,
    "client.email": lambda ticket, agent: ticket.client.email,
    "client.organisation": lambda ticket, agent: ticket.organisation_id and str(ticket.organisation),
    "ticket.number": lambda ticket, agent: ticket.number,
    "ticket.subject": lambda ticket, agent: ticket.subject,
    "ticket.department": lambda ticket, agent: ticket.shown_department.said("name"),
    "ticket.service": lambda ticket, agent: ticket.service_id and str(ticket.service),
    "ticket.priority": lambda ticket, agent: str(ticket.shown_priority),
    "ticket.opened": lambda ticket, agent: formats.date_format(timezone.localtime(ticket.created_at), "DATE_FORMAT"),
    "agent.name": lambda ticket, agent: words.staff_name(agent, ticket.shown_department),
    "agent.title": lambda ticket, agent: words.staff_role(agent, ticket.shown_department),
    "portal.name": lambda ticket, agent: snapshot().portal.name,
    "portal.link": lambda ticket, agent: absolute("home"),
}


def signature(agent, ticket, language):
    """What stands below this person's reply in the mail to a reader of that language; "" for nothing (S146).

    A line of it whose field says nothing is left out.
    """
    written = policy.signature(agent, ticket.shown_department, known_language(language))
    if "{{" not in written:
        return written
    with translation.override(known_language(language)):
        said = {name: text.clean_line(VALUES[name](ticket, agent) or "") for name in reply_fields.IN_SIGNATURES}
    said = {name: value for name, value in said.items() if value}
    lines = (merging.filled(line, said) for line in written.split("\n"))
    return "\n".join(line for line in lines if not merging.fields(line)).strip("\n")


FOOT = 8  # lines at the end of a mail in which its author may have signed it


def is_signed(written, agent, signature):
    """Whether a text ends with its author's full name, or the first line of their signature, on a line of its own."""
    names = {text.fold(name) for name in (agent.full_name, signature.partition("\n")[0])} - {""}
    last = [line for line in written.split("\n") if line.strip()][-FOOT:]
    return any(text.fold(line.strip(" \t*_-–—,.|")) in names for line in last)
