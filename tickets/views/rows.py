"""How a ticket looks in the queue. A page has fifty of them, so each row is a dict of ready pieces."""

from collections import defaultdict
from datetime import UTC

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.models import User
from departments.policy import snapshot
from helpdesk_site.templatetags import ui

from .. import queries


def dress(rows, viewer):
    """Give the rows of `queues.page` what the template shows: words, glyphs and times, who looks at them now."""
    known, looks, now = snapshot(), {}, timezone.now()
    present = here_now([row["id"] for row in rows], viewer)
    select, unread, url = _("Select %(number)s"), _("unread"), reverse("ticket", args=["NUMBER"])

    def once(key, make, *args):
        """A piece many rows share, made once a page."""
        if key not in looks:
            looks[key] = make(*args)
        return looks[key]

    for row in rows:
        number = row["number"]
        is_unread = not row["last_by_staff"] and (row["read_number"] or 0) < row["last_number"]
        row.update(
            url=url.replace("NUMBER", number),
            select=select % {"number": number},
            unread=unread if is_unread else "",
            client=row["client_name"] or row["client_email"],
            department=once(("d", row["department_id"]), known.departments[row["department_id"]].said),
            priority=once(("p", row["priority_id"]), priority, known.priorities[row["priority_id"]]),
            status=once(("s", row["status_id"], row["category"]), status, known.statuses[row["status_id"]], row),
            waits=waits(row["queue_at"], now) if row["awaiting"] else "",
            updated=ui.when(row["updated_at"], "short"),
            assignee=once(("a", row["assignee_id"]), assignee, row),
            present=present.get(row["id"], ""),
        )


def waits(since, now):
    """How long somebody waits for us: “2 h”, “27 d”; never a date."""
    local = timezone.localtime(since)
    return format_html(
        '<span class="sla sla-ok">{}<time datetime="{}" title="{}, {}" data-rel="short">{}</time></span>',
        ui.icon("clock"),
        since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        ui.written(local, "DATETIME_FORMAT"),
        local.tzname(),
        ui.ago_short((now - since).total_seconds()),
    )


def priority(row):
    return ui.prio(row.level, row.said(), False)


def status(status, row):
    return ui.status(row["category"], status.said(), False, status.colour)


def assignee(row):
    """The assignee's picture or initials, from the columns of the row."""
    if not row["assignee_id"]:
        return ui.avatar(None, "sm")
    picture = row["assignee_picture"] or ""
    person = User(pk=row["assignee_id"], name=row["assignee_name"], email=row["assignee_email"], picture=picture)
    return ui.avatar(person, "sm", False)


def here_now(ids, viewer):
    """{ticket id: badges of the others who look at it or write in it} (S6)."""
    badges = defaultdict(list)
    for row in queries.present(ids, but=viewer.user):
        badges[row.ticket_id].append((ui.viewing(row.user, row.mode == row.Mode.WRITING),))
    return {pk: format_html_join("", "{}", found) for pk, found in badges.items()}


def named(rows):
    """Give the short rows of `queries.others` their status."""
    for row in rows:
        row["status"] = status(snapshot().statuses[row["status_id"]], row)
    return rows
