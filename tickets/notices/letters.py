"""Letters about a ticket: what each says, as its reader may read it (S13, S157, C19, C22).

A letter is rendered once, in the reader's language and time zone, and put into the outbox. Its words are in
`letter_words`, or an operator's in `letter_templates`; its shape is in `templates/mail/ticket.*`.
"""

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import passes
from accounts.links import absolute
from departments.models import Policy
from departments.policy import letter_template, snapshot
from helpdesk_site.lib import rows
from helpdesk_site.lib.prepared import Prepared
from helpdesk_site.lib.text import html_to_text, shown
from mail import marks, outbox, pointers
from mail.models import Kind
from mail.render import known_language, render_letter

from .. import merged, words
from ..clock import UNDO
from ..composing import filling
from ..keeping import file_links
from ..models import MailId, Message, Notification, Ticket, Verb
from . import leaving, letter_foot, letter_templates, letter_words
from .letter_templates import LINK
from .recipients import BY_PLACE, letter_of

Reason = Notification.Reason

# The event a letter is about when one click makes several: the first of these
LOUDNESS = [
    Verb.UNSCHEDULED, Verb.OPENED, Verb.REPLIED, Verb.NOTED, Verb.EDITED, Verb.ALERTED, Verb.FLAGGED, Verb.ASSIGNED,
    Verb.TEAMED, Verb.WOKEN, Verb.CLOSED, Verb.AUTO_CLOSED, Verb.REOPENED, Verb.STATUS, Verb.REMINDED, Verb.TOOK_IN,
    Verb.SPLIT, Verb.JOINED,
]  # fmt: skip
INSIDE = BY_PLACE  # told as staff
# Of a client's messages in a row they are told at once (C20)
GROUPED = (Reason.ASSIGNEE, Reason.DEPARTMENT, Reason.WATCHER, Reason.SNOOZER)
MOST_ATTACHED = 7_000_000  # bytes of files in one letter; the rest are links (C19)
MARK = secrets.token_hex(16)  # stands in a rendered letter for its own, as LINK for its reader's; nobody can write it
EARLIER = 5  # messages whose letters a new one refers to


def kind_of(event, reason):
    """The Kind of the letter that tells somebody of `event` for this reason."""
    if event.verb == Verb.OPENED:
        return {Reason.RECEIPT: Kind.RECEIPT, Reason.CLIENT: Kind.REPLY}.get(reason, Kind.NEW_TICKET)
    if event.verb == Verb.REPLIED:
        return Kind.REPLY if event.message.by_staff and reason not in INSIDE else Kind.CLIENT_REPLY
    if event.verb == Verb.EDITED:
        return Kind.NOTE if event.message.is_note else Kind.REPLY
    if reason == Reason.WATCHER and event.verb != Verb.NOTED:
        return Kind.CHANGED
    return {
        Verb.UNSCHEDULED: Kind.CHANGED,
        Verb.NOTED: Kind.NOTE,
        Verb.ASSIGNED: Kind.ASSIGNED,
        Verb.TEAMED: Kind.ASSIGNED,
        Verb.FLAGGED: Kind.FLAGGED,
        Verb.ALERTED: Kind.ESCALATED,
        Verb.WOKEN: Kind.WOKEN,
        Verb.CLOSED: Kind.CLOSED,
        Verb.AUTO_CLOSED: Kind.AUTO_CLOSED,
        Verb.REMINDED: Kind.REMINDER,
        Verb.JOINED: Kind.JOINED,
        Verb.TOOK_IN: Kind.MERGED,
        Verb.SPLIT: Kind.SPLIT,
    }[event.verb]


# Asked by every letter about a ticket that mail made
mail_ids = Prepared(lambda ticket: MailId.objects.filter(ticket=ticket).order_by("-pk").values("value")[:EARLIER])


class Matter:
    """What all letters of one click about one ticket have in common, read once."""

    def __init__(self, ticket, people):
        self.ticket, self.people = ticket, people
        self.department = ticket.shown_department
        self.policy = self.department.policy
        self.passes, self.links = [], []  # ways in for guests, and to files: saved with the letters
        self._files, self._rendered = {}, {}

    def files(self, message):
        if message.pk not in self._files:
            self._files[message.pk] = list(message.attachments.all())
        return self._files[message.pk]

    @cached_property
    def earlier(self):
        """{user id: Message-IDs of this ticket's letters to that person}, of the last few messages, oldest first."""
        ticket = self.ticket
        if ticket.last_number + ticket.last_note <= 1 and not ticket.has_merged:
            return {}
        latest = [f"#{n}" for n in range(max(1, ticket.last_number - EARLIER), ticket.last_number + 1)]
        latest += [f"#N{n}" for n in range(max(1, ticket.last_note - EARLIER), ticket.last_note + 1)]
        references = [ticket.number, *(ticket.number + mark for mark in latest)]
        references += [number + mark for number in merged.family(ticket).values() for mark in ("", "#1", "#2", "#3")]
        return outbox.earlier(references, self.people)

    def rendered(self, context, language, zone):
        """The letter with this context. Letters that say the same but for their link and mark are rendered once."""
        said = {**context, "url": LINK, "mark": MARK}
        key = language, str(zone), repr(said)
        if key not in self._rendered:
            self._rendered[key] = render_letter("ticket", said, language, zone)
        same, url, mark = self._rendered[key], context["url"], context["mark"]
        return same._replace(
            text=same.text.replace(LINK, url).replace(MARK, mark),
            html=same.html.replace(LINK, escape(url)).replace(MARK, escape(mark)),
        )

    def pass_for(self, reader):
        """The token of a fresh pass for a guest."""
        token, made = passes.prepare(reader, self.ticket.number)
        self.passes.append(made)
        return token

    def link_for(self, reader, file):
        """The address of a fresh link to a file."""
        address, made = file_links.prepare(file, reader)
        self.links.append(made)
        return address

    @cached_property
    def foreign(self):
        """Message-IDs of the mails that made this ticket, the latest few, oldest first: an answer names them too."""
        if self.ticket.channel != Ticket.Channel.EMAIL:
            return []
        return [value for (value,) in mail_ids.rows(self.ticket.pk)][::-1]

    def answers_to(self, *, note):
        """Where an answer goes: the signed address that leads back here, or nothing, meaning the department's own."""
        signed = snapshot().portal.plus_addresses and self.department.email
        return pointers.answer_address(self.department.email, self.ticket.number, note=note) if signed else ""


@dataclass
class Letter:
    """One letter while it is being written: everything its words and its template may ask.

    `event` is what it is about, the last one where it tells of several messages; `replies` are the events of them all.
    """

    matter: Matter
    event: object
    reader: object
    reason: str
    kind: str
    message_id: str
    replies: tuple = ()
    only_reads: bool = False
    is_specimen = False
    attached: list = field(default_factory=list)
    linked: list = field(default_factory=list)

    @property
    def ticket(self):
        return self.matter.ticket

    @property
    def department(self):
        return self.matter.department

    @property
    def policy(self):
        return self.matter.policy

    @property
    def inside(self):
        """Written to staff about their work: full names and the operator's own words."""
        return self.reason in INSIDE

    @property
    def takes_answers(self):
        """Whether an answer by mail is taken from this reader: of clients by policy (C10), of staff where a mail server
        vouches for them."""
        if self.inside:
            return bool(snapshot().portal.authserv_id)
        return self.policy.email_reply and not self.only_reads

    @property
    def to_guest(self):
        return self.reader.is_guest and not self.reader.is_staff

    @property
    def address(self):
        """Where this letter goes: somebody known by mail only may have asked for answers elsewhere (Reply-To)."""
        to_client = self.reader.pk == self.ticket.client_id
        return (to_client and self.ticket.answer_to) or self.reader.email

    @property
    def unproven(self):
        """The receipt of somebody whose address nobody has confirmed, or which a stranger typed: it repeats nothing the
        sender chose, so that receipts are no way to have us write to a victim (SECURITY, "acknowledgement mails used
        to bomb a victim"). The same holds where a guest has somebody else take part."""
        if self.kind == Kind.JOINED:
            return self.event.actor.is_guest and not self.event.actor.is_staff
        return self.kind == Kind.RECEIPT and (self.to_guest or "unproven" in self.event.data)

    @property
    def is_first(self):
        """Whether it brings the message with which we began the ticket (S168)."""
        return self.event.message.number == 1

    @property
    def is_corrected(self):
        """Whether it brings a reply once more, changed (S154)."""
        return self.event.verb == Verb.EDITED

    @property
    def messages(self):
        """The messages that stand in the letter in full, in order (S157); a receipt repeats none."""
        found = [event.message for event in self.replies or (self.event,)]
        return [] if self.kind == Kind.RECEIPT or not found[0] else found

    @cached_property
    def url(self):
        """The ticket, at the message; for a guest a fresh pass, the only way in (S7)."""
        if self.to_guest:
            return absolute("guest_way_in", self.matter.pass_for(self.reader))
        first = self.replies[0].message if self.replies else self.event.message
        anchor = f"#{first.anchor}" if first else ""
        return absolute("ticket", self.ticket.number) + anchor

    @cached_property
    def leave_url(self):
        """Where one click ends such letters, for those who get them by a switch of their own; "" for others."""
        return leaving.address_for(self.reader, self.reason, self.ticket, letter_of(self.event, self.reason))

    def name_of(self, person):
        """A person as this reader may know them (C22)."""
        if self.inside or not (person.is_staff or person.is_system) or person.pk == self.ticket.client_id:
            return person.full_name
        return words.staff_name(person, self.department)

    def role_of(self, person):
        by_us = person.is_staff and person.pk != self.ticket.client_id
        return words.staff_role(person, self.department) if by_us and not self.inside else ""

    def sort_files(self):
        """Which files go along and which are named with a link: per policy of the reader's side (C19, S126, S151)."""
        way = self.policy.files_to_staff if self.inside else self.policy.files_to_clients
        if not self.messages or way == Policy.Files.NONE:
            return
        room = MOST_ATTACHED if way == Policy.Files.ATTACH else 0
        with_files = [event.message for event in self.replies or (self.event,) if event.data.get("files")]
        for file in [file for message in with_files for file in self.matter.files(message)]:
            if file.size <= room:
                room -= file.size
                self.attached.append(file)
            else:
                self.linked.append(file)


def write(matter, told, *, events=(), to=""):
    """Write the letter of one Notification row, for `post`; replies among `events`, what it tells of besides, stand in
    it too. `to` is another address than the reader's. Returns the OutgoingMail."""
    event, reader = told.event, told.user
    replies = sorted((one for one in events if one.verb == event.verb == Verb.REPLIED), key=lambda one: one.sequence)
    number, language = matter.ticket.number, known_language(reader.language)
    reference = number + (event.message.label.replace("N", "#N") if event.message else "")
    letter = Letter(
        matter,
        event,
        reader,
        told.reason,
        kind_of(event, told.reason),
        message_id=outbox.new_message_id(reference),
        replies=tuple(replies),
        only_reads=told.only_reads,
    )
    letter.sort_files()
    with translation.override(language), timezone.override(reader.zone):
        rendered = matter.rendered(context(letter), language, reader.zone)
        sender = letter_words.sender(letter)
    root, earlier = outbox.thread_id(number), [*matter.foreign, *matter.earlier.get(reader.pk, [])]
    return outbox.compose(
        to=to or letter.address,
        undeliverable=reader.bounced_at is not None and (to or letter.address) == reader.email,
        to_name="" if letter.unproven else reader.name,
        user=reader,
        kind=letter.kind,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        from_name=sender,
        from_address=matter.department.email or "",
        reply_to=matter.answers_to(note=letter.kind == Kind.NOTE),
        message_id=letter.message_id,
        in_reply_to=earlier[-1] if earlier else root,
        references=[root, *earlier],
        headers=headers(letter),
        files=[outbox.File(file.name, file.content_type, file.size, file.stored_as) for file in letter.attached],
        language=language,
        secret=letter.to_guest or bool(letter.linked and not letter.inside),
        due_at=event.at + UNDO if letter.kind in (Kind.CLOSED, Kind.CHANGED) else None,
        reference=reference,
    )


def post(matters, mails):
    """Put written letters into the outbox, with the passes of the guests among their readers and the links to files."""
    matters = list(matters)
    rows.insert(*(made for matter in matters for made in matter.passes))
    rows.insert(*(made for matter in matters for made in matter.links))
    outbox.post(*mails)


def headers(letter):
    """How to leave, where one may; and that a machine wrote, where the kind of letter would not say so."""
    given = {}
    if letter.leave_url:  # RFC 2369, and RFC 8058 for a click in the mail program itself
        given |= {"List-Unsubscribe": f"<{letter.leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if letter.kind == Kind.REPLY and letter.event.actor.is_system:
        given |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    return given


def context(letter):
    """What the template prints, in the active language and time zone."""
    template = letter_template(letter.kind, letter.department, known_language(letter.reader.language))
    said = {
        "number": letter.ticket.number,
        "heading": letter_words.heading(letter),
        "portal_name": snapshot().portal.name,
        "says": [] if template else letter_words.says(letter),
        "messages": [
            {
                "line": letter_words.line(letter, message) if len(letter.messages) > 1 else "",
                "html": shown(message.html),
                "text": text_of(message),
                "is_note": message.is_note,
                "signature": signature(letter, message),
            }
            for message in letter.messages
        ],
        "attached": [letter_foot.file(file) for file in letter.attached],
        "linked": [(letter_foot.file(file), file_url(letter, file)) for file in letter.linked],
        "linked_words": letter_foot.linked(letter),
        "url": letter.url,
        "delimiter": marks.delimiter(_("Please write your answer above this line")) if letter.takes_answers else "",
        "mark": marks.hidden(letter.message_id),
        "facts": list(letter_foot.facts(letter)),
        "foot": list(letter_foot.foot(letter)),
        "leave_url": letter.leave_url,
        "leave_words": letter_foot.leave(letter),
    }
    return {**said, "own": template and letter_templates.filled(letter, template, said)}


def signature(letter, message):
    """What stands below a reply of ours in the mail to the client's side; kept nowhere else (S146). A reply that its
    author's own mail program has signed is not signed twice."""
    if letter.kind != Kind.REPLY or not message.by_staff or message.author.is_system:
        return ""
    said = filling.signature(message.author, letter.ticket, letter.reader.language)
    by_mail = message.channel == Ticket.Channel.EMAIL
    return "" if by_mail and filling.is_signed(text_of(message), message.author, said) else said


def text_of(message):
    """A message as plain text: what was typed, or what its HTML says."""
    return html_to_text(message.html) if message.format == Message.Format.HTML else message.body


def file_url(letter, file):
    """Staff sign in to open a file; others get a link of their own to it, good for some weeks (C19)."""
    if letter.inside:
        return settings.BASE_URL + reverse("attachment", args=[file.token, file.name])
    return letter.matter.link_for(letter.reader, file)
