"""The lines of a ticket's thread as staff see them. A long one has hundreds of messages, so the template of a message
is drawn once a language and look, and filled in for each (as views/rows.py does for the queue)."""

from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk_site.lib import looks, moments, shapes
from mail.models import OutgoingMail

from ..conversation import quoting
from ..models import Message, Ticket, Verb

PIECES = (
    "anchor", "avatar", "who", "label", "number", "when", "versions", "edit", "link", "html", "files", "rest", "foot",
    "to", "state", "source", "home", "split", "splits", "editor", "edited", "delete", "redact",
    "quote_line",
)  # fmt: skip

UNDER_WAY = (OutgoingMail.State.QUEUED, OutgoingMail.State.SENDING, OutgoingMail.State.CANCELLED)


class Look(NamedTuple):
    """What tells one kind of message from another in the template."""

    kind: str  # note, staff, client, machine
    channel: str
    edited: str  # by: by somebody we can name
    may_edit: bool
    may_redact: bool
    may_reply: bool
    unproven: bool
    trust: str  # of mail: authenticated, unverified
    has_source: bool

    @property
    def cls(self):
        return {"note": "msg-note", "staff": "msg-staff", "machine": "msg-machine", "client": ""}[self.kind]


class Happening(NamedTuple):
    """What tells one kind of event from another in the template."""

    icon: str
    tone: str


@lru_cache(maxsize=128)
def shape_of(template, look, language):
    """A template with `{piece}` where each piece goes."""
    return str(render_to_string(template, {"look": look, "m": shapes.holes(PIECES)}))


def draw(request, thread, ticket, can):
    """The HTML of the thread's lines, in order."""
    brush = Brush(request, ticket, can, times=thread.times, unproven=thread.unproven)
    return shapes.joined(brush.message(row) if row.is_message else brush.events(row) for row in thread.rows)


def events(told):
    """The HTML of events (Told), a line each."""
    reader, language = moments.reader(), get_language()
    return shapes.joined(event(row, reader, language) for row in told)


def event(row, reader, language):
    shape = shape_of("desk/_event.html", Happening(row.icon, row.tone), language)
    return shape.format(html=row.words, when=moments.when_in(reader, row.event.at, "clock"))


def log(told):
    """The log's lines, latest first: every one of them the same two pieces."""
    reader, shape = moments.reader(), shape_of("desk/_log_line.html", None, get_language())
    pieces = ((row.words, moments.when_in(reader, row.event.at, "absolute")) for row in told)
    return shapes.joined(shape.format(html=words, when=when) for words, when in pieces)


@lru_cache(maxsize=1)
def addresses():
    """The addresses of what can be done to a message, with NUMBER and 0 for its ticket and itself: found once."""
    return {
        "link": reverse("ticket", args=["NUMBER"]),
        "edit": reverse("message_edit", args=["NUMBER", 0]),
        "versions": reverse("message_versions", args=["NUMBER", 0]),
        "source": reverse("desk_mail", args=[0]),
        "splits": reverse("ticket_split", args=["NUMBER"]),
        "delete": reverse("message_delete", args=["NUMBER", 0]),
        "redact": reverse("message_redact", args=["NUMBER", 0]),
    }


class Brush:
    """Draws the messages of one page. Each piece is safe HTML; what people wrote is escaped here (T04)."""

    def __init__(self, request, ticket, can, *, times, unproven=False):
        self.request, self.ticket, self.can, self.unproven = request, ticket, can, unproven
        self.language, self.reader, self.faces = get_language(), moments.reader(), {}
        self.urls = {name: url.replace("NUMBER", ticket.number) for name, url in addresses().items()}
        self.times = times
        self.quote_outside, self.quote_inside = quoting.lines_for(ticket)

    def events(self, row):
        """Events in a row; a long one is folded."""
        drawn = shapes.joined(event(told, self.reader, self.language) for told in row.told)
        return render_to_string("desk/_fold.html", {"lines": drawn, "n": len(row.told)}) if row.folded else drawn

    def message(self, row):
        return self.stub(row) if row.message.deleted_at else self.whole(row)

    def stub(self, row):
        """A deleted message, with what it said for those who work there (S155)."""
        message = row.message
        may_restore = self.can.edit_notes if message.is_note else self.can.edit_messages
        context = {"row": row, "message": message, "ticket": self.ticket, "may_restore": may_restore}
        return render_to_string("desk/_deleted.html", context, self.request)

    def whole(self, row):
        message, anchor = row.message, row.message.anchor
        own = f"/{message.pk}/"
        avatar, who = self.face(row.author)
        return shape_of("desk/_message.html", self.look(row), self.language).format(
            anchor=anchor,
            avatar=avatar,
            who=who,
            label=message.label,
            number=message.number,
            home=message.before_number,
            split=self.split(message.split) if message.split else "",
            splits=f"{self.urls['splits']}?m={message.pk}",
            when=moments.when_in(self.reader, message.created_at),
            versions=self.urls["versions"].replace("/0/", own),
            edit=self.urls["edit"].replace("/0/", own),
            editor=escape(row.editor.full_name) if row.editor else "",
            edited=moments.when_in(self.reader, message.edited_at, "clock") if message.edited_at else "",
            delete=self.urls["delete"].replace("/0/", own),
            redact=self.urls["redact"].replace("/0/", own),
            link=f"{self.urls['link']}#{anchor}",
            quote_line=escape(self.quote_line(row)),
            html=row.html,
            files=render_to_string("desk/_attachments.html", {"files": row.files}) if row.files else "",
            rest=self.rest(row.rest) if row.rest else "",
            source=self.urls["source"].replace("/0/", f"/{message.incoming_id}/"),
            foot=self.foot(row),
        )

    def foot(self, row):
        """What became of its mails, how it was rated, and the time logged with it."""
        spent = self.times.of_message(row.message.pk) if self.times.entries else ""
        said = render_to_string("desk/_spent.html", {"clock": spent}) if spent else ""
        said += self.mails(row.mails) if row.mails else ""
        said += render_to_string("desk/_rated.html", {"ratings": row.ratings}) if row.ratings else ""
        return f'<footer class="msg-foot">{said}</footer>' if said else ""

    def quote_line(self, row):
        """What stands above a quotation of this message: in a reply as its client may know it."""
        label = row.message.label
        if row.message.is_note:
            return self.quote_inside.format(who=row.author.full_name, label=label)
        return self.quote_outside.format(who=quoting.known_as(row.message, row.author, self.ticket), label=label)

    def look(self, row):
        message = row.message
        note, channel, by_mail = message.is_note, message.channel, message.channel == Ticket.Channel.EMAIL
        first = message.number == 1 and not note
        opened = first and channel == Ticket.Channel.STAFF
        kind = kind_of(message)
        trust = message.trust if message.trust != Message.Trust.PORTAL else ""
        return Look(
            kind=kind,
            channel="email" if by_mail else "staff" if opened else "",
            edited="" if message.edited_at is None else "by" if row.editor else "yes",
            may_redact=self.can.redact,
            may_reply=self.can.reply,
            may_edit=kind != "machine" and (self.can.edit_notes if note else self.can.edit_messages),
            unproven=first and self.unproven and not trust,
            trust=trust,
            has_source=message.incoming_id is not None,
        )

    def split(self, split):
        """Where a message was moved to, or where it came from."""
        verb, number = split
        said = {"url": reverse("ticket", args=[number]), "number": number}
        words = _("Moved to %(number)s") % said if verb == Verb.SPLIT else _("From %(number)s") % said
        return render_to_string("desk/_split_mark.html", said | {"words": words})

    def rest(self, rest):
        """What stands folded below a mail's text."""
        return render_to_string("conversation/_rest.html", {"rest": rest, "ticket": self.ticket})

    def face(self, person):
        """A person's picture and name, drawn once a page."""
        if person.pk not in self.faces:
            self.faces[person.pk] = (looks.avatar(person), escape(person.full_name))
        return self.faces[person.pk]

    def mails(self, mails):
        """What became of a message's mails; a line each."""
        return "".join(map(self.mail, mails)) if all(map(is_usual, mails)) else self.trouble(mails)

    def mail(self, mail):
        """A mail that arrived, or is on its way."""
        shape = shape_of("desk/_mail_line.html", mail.state == OutgoingMail.State.SENT, self.language)
        when = moments.when_in(self.reader, mail.sent_at, "clock") if mail.sent_at else ""
        return shape.format(to=escape(mail.to_address), state=escape(mail.shown_state), when=when)

    def trouble(self, mails):
        return render_to_string("desk/_mails.html", {"mails": mails, "ticket": self.ticket}, self.request)


def kind_of(message):
    """Whose words they are: a note nobody of us wrote is what a machine sent."""
    if message.is_note:
        return "note" if message.by_staff else "machine"
    return "staff" if message.by_staff else "client"


def is_usual(mail):
    """Whether there is nothing to tell of a mail but its state."""
    if mail.state == OutgoingMail.State.SENT:
        return mail.sent_at and not mail.trouble
    return mail.state in UNDER_WAY and not mail.trouble and not mail.answer
