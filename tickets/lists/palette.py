"""The command palette: go to a ticket, view, person or department, or do something to the ticket before one's eyes.

Found by the words on the page, in the reader's language, and by their code: "closed" finds “Status: Geschlossen”. It
offers nothing that has no door of its own; the doors decide who may, and each act is posted to the form it has anyway.
"""

from functools import lru_cache
from typing import NamedTuple

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.policy import snapshot, status_rules
from helpdesk_site.lib import text, tokens

from .. import access, colleagues, states
from . import asked, clients, queries, queues, saved

MOST = 8
MOST_TICKETS = 3
MOST_PEOPLE = 3
WORTH_SEARCHING = 3  # signs, before tickets and clients are searched for


class Item(NamedTuple):
    """One line: where it leads (`url`), or what it posts there (`field` with `value`); `also` are further words it is
    found by, `hint` stands in small."""

    label: str
    icon: str
    url: str
    hint: str = ""
    also: str = ""
    field: str = ""
    value: str = ""
    posts: bool = False
    dialog: bool = False  # its page is one form, which opens here


def found(viewer, typed, *, number=""):
    """The Items for what somebody has typed, the best first; `number` is the ticket before their eyes."""
    typed = text.clean_line(typed[:100])
    ticket = present(viewer, number)
    acts = acts_on(viewer, ticket) if ticket else []
    places = [*acts, *pages(viewer), *views(viewer), *departments(viewer)]
    if not typed:
        return places[:MOST]
    exact = by_number(viewer, typed)
    known = ranked([*places, *desks_of(viewer)], typed)
    if len(typed) < WORTH_SEARCHING:
        return [*exact, *known][:MOST]
    searched = [*people(viewer, typed), *([] if exact else by_words(viewer, typed))]
    room = max(MOST - len(exact) - len(searched), MOST // 2)
    return [*exact, *known[:room], *searched][:MOST]


# --- What is typed, and what it fits ----------------------------------------------------------------------------------


def ranked(items, typed):
    """The items that fit, the best first; those that fit alike in the order they came."""
    wanted = text.fold(typed).split()
    scored = [(score(wanted, item.label, item.also), item) for item in items]
    return [item for points, item in sorted(scored, key=lambda each: -each[0]) if points]


def score(wanted, label, also):
    """How well the folded words are met: begun words most, then parts of words, then letters in their order. 0 where
    one is not met at all."""
    shown, hidden = folded(label), folded(also)
    points = [max(points_of(word, shown), points_of(word, hidden) - 1, in_order(word, shown)) for word in wanted]
    return sum(points) / len(shown) ** 0.1 if points and all(point > 0 for point in points) else 0


def points_of(word, said):
    if any(one.startswith(word) for one in said.split()):
        return 10
    return 6 if word in said else 0


def in_order(word, said):
    """2 when the letters of a word come one after the other, as “stcl” in “status: closed”; else 0."""
    letters = iter(said)
    return 2 if len(word) > 2 and said[:1] == word[:1] and all(letter in letters for letter in word) else 0


@lru_cache(maxsize=4096)
def folded(words):
    return text.fold(words)


# --- Tickets and people -----------------------------------------------------------------------------------------------


def present(viewer, number):
    """The ticket with this number if the viewer works on it, else None."""
    try:
        return access.ticket_for(viewer, number, to="work") if number else None
    except Http404:
        return None


def by_number(viewer, typed):
    """The ticket whose number this is, if the viewer may see it."""
    try:
        ticket = access.ticket_for(viewer, typed) if tokens.clean_number(typed) else None
    except Http404:
        return []
    return [going(ticket.number, "messages", ticket.get_absolute_url(), hint=ticket.subject)] if ticket else []


def by_words(viewer, typed):
    """The tickets lately written in that hold these words."""
    rows = queues.page(viewer, queues.Asked(view="all", words=typed), size=MOST_TICKETS).rows
    return [
        going(row["subject"], "messages", reverse("ticket", args=[row["number"]]), hint=row["number"]) for row in rows
    ]


def people(viewer, typed):
    """The cards of clients by this name."""
    rows = clients.found(viewer, typed)[:MOST_PEOPLE]
    return [going(row.full_name, "user", reverse("desk_client", args=[row.pk]), hint=row.email) for row in rows]


def going(label, icon, url, *, hint="", also=""):
    return Item(str(label), icon, url, hint=hint, also=also)


# --- Places -----------------------------------------------------------------------------------------------------------


def pages(viewer):
    replies = going(_("Predefined replies"), "template", reverse("desk_replies"), also="predefined replies")
    return [
        going(_("New ticket"), "plus", reverse("desk_new"), also="new ticket"),
        going(_("Notices"), "bell", reverse("desk_bell"), also="notices bell"),
        going(_("My activity"), "history", reverse("desk_activity"), also="activity undo"),
        going(_("Incoming mail"), "mail", reverse("desk_mails"), also="incoming mail"),
        going(_("Clients"), "users", reverse("desk_clients"), also="clients people"),
        going(_("Saved views"), "bookmark", reverse("desk_views"), also="saved views"),
        *([replies] if access.may_write_replies(viewer) else []),
        going(_("Profile and notifications"), "settings", reverse("profile"), also="profile settings"),
    ]


def views(viewer):
    desk, hint = reverse("desk"), _("View")
    ours = [
        going(view.name, view.icon, queries.page_of(code), hint=hint, also=f"view {code}")
        for code, view in queues.VIEWS.items()
    ]
    kept = [
        going(row.name, "bookmark", f"{desk}?view={asked.SAVED}{row.pk}", hint=hint, also="view saved")
        for row in saved.listed(viewer)
    ]
    return [*ours, *kept]


def departments(viewer):
    desk, hint = reverse("desk"), _("Department")
    return [
        going(row.said(), row.icon or "messages", f"{desk}?department={row.slug}", hint=hint, also=row.slug)
        for row in queues.departments_of(viewer)
    ]


def desks_of(viewer):
    """What each colleague looks after."""
    here = [row.pk for row in queues.departments_of(viewer)]
    desk, hint = reverse("desk"), _("Looks after")
    return [
        going(person.full_name, "user-check", f"{desk}?view=open&assignee={person.pk}", hint=hint, also=person.email)
        for person in colleagues.of_departments(here)
    ]


# --- What can be done to the ticket -----------------------------------------------------------------------------------


def acts_on(viewer, ticket):
    """What can be done to this ticket, as its own page offers it."""
    hint, department = ticket.number, ticket.shown_department

    def act(name, label, icon, also, **sent):
        ((field, value),) = sent.items() or [("", "")]
        return Item(str(label), icon, reverse(name, args=[ticket.number]), hint, also, field, str(value), posts=True)

    def ask(name, label, icon, also):
        return Item(str(label), icon, reverse(name, args=[ticket.number]), hint, also, dialog=True)

    open_now = not ticket.is_closed
    return [
        *([act("ticket_assign", _("Assign to me"), "user-check", "assign me", assignee="me")]),
        *([act("ticket_close", _("Close"), "circle-check", "close", close="1")] if open_now else []),
        *([] if open_now else [act("ticket_reopen", _("Reopen"), "arrow-back-up", "reopen", reopen="1")]),
        *([ask("ticket_snooze", _("Snooze"), "zzz", "snooze")] if open_now else []),
        act("ticket_flag", _("Flag for me"), "flag", "flag me", to="me"),
        ask("ticket_tags", _("Tags"), "tag", "tags"),
        act("ticket_watch", _("Watch"), "eye", "watch", on="1"),
        ask("ticket_merge", _("Merge with another ticket"), "arrow-merge", "merge"),
        ask("ticket_link", _("Link with another ticket"), "link", "link"),
        ask("ticket_client", _("Change client"), "user", "change client"),
        *(
            act("ticket_status", _("Status: %(name)s") % {"name": row.said()}, "circle-check", f"status {row.code}",
                status=row.code)
            for row in queues.offered_statuses()
            if row.pk != ticket.status_id and states.may_follow(ticket.category, status_rules(row, department).category)
        ),
        *(
            act("ticket_priority", _("Priority: %(name)s") % {"name": row.said()}, "alert-circle",
                f"priority {row.code}", priority=row.code)
            for row in snapshot().priorities.values()
            if row.is_active and row.pk != ticket.priority_id
        ),
        *(
            act("ticket_assign", _("Assign to %(name)s") % {"name": person.full_name}, "user-plus", "assign",
                assignee=person.pk)
            for person in colleagues.of_department(ticket.department_id)
            if person.pk not in (viewer.user.pk, ticket.assignee_id)
        ),
        act("ticket_assign", _("Assign to nobody"), "user", "assign nobody unassign", assignee=queues.NOBODY),
        *(
            act("ticket_department", _("Move to %(name)s") % {"name": row.said()}, "arrow-right",
                f"move department {row.slug}", department=row.slug)
            for row in snapshot().departments.values()
            if row.is_active and row.pk != ticket.department_id
        ),
    ]  # fmt: skip
