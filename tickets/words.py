"""What clients read: statuses in the words of the policy (C15), staff as the policy shows them (C22)."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from departments.models import Category, Policy
from departments.policy import snapshot

from . import colleagues

FOR_CLIENTS = {
    Category.NEW: _("Received"),
    Category.WAITS_STAFF: _("With us"),
    Category.IN_PROGRESS: _("In progress"),
    Category.WAITS_CLIENT: _("Waiting for your reply"),
    Category.PAUSED: _("On hold"),
    Category.CLOSED: _("Closed"),
}


def client_status(ticket):
    """The word a client reads for the ticket's status (C15, S93). Glyph and tone stay those of its category."""
    way, row = ticket.policy.client_statuses, ticket.shown_status
    if way == Policy.Words.THREE:
        return str(_of_three(ticket))
    if way == Policy.Words.OWN:
        return row.said("client_label") or row.said("name")
    return row.said("client_label") or str(FOR_CLIENTS[ticket.category])


def _of_three(ticket):
    if ticket.is_closed:
        return _("Closed")
    return _("Escalated") if ticket.escalated else _("Open")


def status_choices():
    """[(code, word)] for the client's status filter, each word once; none where three words are all there is (C15)."""
    way = snapshot().portal.client_statuses or Policy.Words.CATEGORIES
    if way == Policy.Words.THREE:
        return []
    if way == Policy.Words.OWN:
        rows = [row for row in snapshot().statuses.values() if row.is_active]
        return [(row.code, row.said("client_label") or row.said("name")) for row in rows]
    used = {row.category for row in snapshot().statuses.values() if row.is_active}
    return [(code.value, str(word)) for code, word in FOR_CLIENTS.items() if code in used]


def staff_name(user, department):
    """How clients read a member of staff, as the department's policy says (C22). Used in pages and in mail."""
    way = department.policy.staff_names
    if user.is_system or way == Policy.Names.DEPARTMENT:
        return department.said("name")
    return user.full_name if way == Policy.Names.FULL else user.first_name


def staff_role(user, department):
    """What stands beside that name: the person's role, else “Support”; nothing where the department speaks."""
    if user.is_system or department.policy.staff_names == Policy.Names.DEPARTMENT:
        return ""
    return user.said("title") or str(_("Support"))


def dressed(tickets):
    """The tickets of a client's list, each with the words its row shows: `status_word`, `assignee_shown`."""
    people = colleagues.staff().people
    gone = {ticket.assignee_id for ticket in tickets} - {None} - set(people)
    people = people | (get_user_model().objects.in_bulk(gone) if gone else {})
    for ticket in tickets:
        assignee = people.get(ticket.assignee_id)
        ticket.status_word = client_status(ticket)
        ticket.assignee_shown = assignee and staff_name(assignee, ticket.shown_department)
    return tickets


def masked(address):
    """An address as others may read it: “ann…@example.com”."""
    local, _at, host = address.rpartition("@")
    return f"{local[: 3 if len(local) > 3 else 1]}…@{host}"
