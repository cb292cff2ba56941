"""What the messages of one thread can name: each other and the points of their numbered lists by number (S63, S64), in
notes colleagues by @name (S161)."""

from functools import cached_property

from helpdesk_site.lib import references

from .. import colleagues
from ..composing import mentions


class References:
    """Finds the anchors in one thread. `messages` are those on the page; older ones are known by their number alone.

    A message that came along with a merged ticket counts as it did there, and is named from elsewhere with that
    ticket's number: “KTR-482913 #3”. Notes are known where they are on the page: never on a client's.
    """

    def __init__(self, ticket, messages):
        self.ticket, self.own, self.last = ticket, ticket.number, ticket.last_number
        self.anchors = {(row.home, row.is_note, row.number): row.anchor for row in messages}
        self.points = {
            row.anchor: references.points_of(row.html) for row in messages if "<ol" in row.html and not row.is_note
        }

    def shown(self, html, message):
        """The message's HTML with links to what it names, and names for its own points."""
        if "#" in html:
            html = references.linked(html, lambda *named: self.anchor_of(message.home, *named))
        if message.is_note:
            return mentions.marked(html, self.colleagues) if "@" in html else html
        return references.pointed(html, message.label, message.anchor)

    @cached_property
    def colleagues(self):
        """What those who work on the ticket may be called by in its notes."""
        return mentions.names_of(colleagues.of_department(self.ticket.department_id))

    def anchor_of(self, home, ticket, is_note, number, point):
        """Where that message, or that point of it, stands; "" where it does not. `home` is where the text was written.
        What names a point that is none leads to the message."""
        where = "" if (ticket or home or self.own) == self.own else ticket or home
        anchor = self.anchors.get((where, is_note, number), "")
        if not anchor and not where and not is_note and 1 <= number <= self.last:
            anchor = f"m{number}"
        return f"{anchor}-{point}" if point and point in self.points.get(anchor, ()) else anchor
