"""What people wrote: messages with their revisions, drafts, and replies that wait to be sent."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .ticket import Ticket


class Message(models.Model):
    """One public message or one internal note. Notes are numbered apart, so that clients see no gaps (S64, S161)."""

    class Format(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown")
        PLAIN = "plain", _("plain text")
        HTML = "html", "HTML"

    class Trust(models.TextChoices):
        """How sure we are of who wrote it (C23)."""

        PORTAL = "portal", _("signed in")
        AUTHENTICATED = "authenticated", _("authenticated mail")
        UNVERIFIED = "unverified", _("unverified mail")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages")
    number = models.PositiveIntegerField()
    is_note = models.BooleanField(_("internal note"), default=False)
    by_staff = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name=_("author")
    )
    channel = models.CharField(max_length=10, choices=Ticket.Channel.choices, default=Ticket.Channel.PORTAL)
    format = models.CharField(max_length=8, choices=Format.choices, default=Format.MARKDOWN)
    body = models.TextField(_("text"))
    html = models.TextField(editable=False, default="")  # rendered when saved
    renderer = models.PositiveSmallIntegerField(default=0)  # helpdesk_site.lib.text.RENDERER_VERSION that made `html`
    salt = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )  # of the text's fingerprint in its event
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)  # shown as a stub; its text stays (C5)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")  # split (S158)
    # Of mail alone: the letter as it came, what of it was left out, and who vouches for its sender (C23)
    incoming = models.ForeignKey("mail.IncomingMail", models.SET_NULL, null=True, blank=True, related_name="messages")
    quoted = models.TextField(blank=True, default="")
    trust = models.CharField(max_length=13, choices=Trust.choices, default=Trust.PORTAL)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["ticket", "is_note", "number"], name="message_number_once")]
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="message_thread")]

    def __str__(self):
        return f"{self.ticket.number} {self.label}"

    split = None  # whether it was moved to another ticket or came from one, and which (tickets.split_off)
    home = ""  # the number it was written under, where it stands in the thread of a survivor (tickets.merged)

    @property
    def label(self):
        """What people call it: #3, or N2 for a note; KTR-482913 #3 in another ticket's thread."""
        own = f"N{self.number}" if self.is_note else f"#{self.number}"
        return self.before_number + own

    @property
    def before_number(self):
        return f"{self.home} " if self.home else ""

    @property
    def anchor(self):
        own = f"n{self.number}" if self.is_note else f"m{self.number}"
        return f"{own}-{self.home}" if self.home else own


class MailId(models.Model):
    """A Message-ID that others gave a mail of a ticket: an answer that names it belongs there (RFC 5322, 3.6.4)."""

    value = models.CharField(max_length=255)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="mail_ids")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="mail_ids")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value", "ticket"], name="mailid_once")]


class MessageRevision(models.Model):
    """A message as it was before it was changed (C5). No message changes without one."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="revisions")
    body = models.TextField()
    html = models.TextField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]


class Draft(models.Model):
    """What somebody is typing: one per person and place."""

    class Kind(models.TextChoices):
        REPLY = "reply", pgettext_lazy("draft", "reply")
        NOTE = "note", _("internal note")
        NEW = "new", _("new ticket")
        EDIT = "edit", pgettext_lazy("draft", "change of a message")
        OPEN = "open", _("new ticket for a client")

    owner = models.CharField(max_length=80)  # engine.models.owner_of(request)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    place = models.CharField(max_length=80)  # "reply/KTR-482913", "new/billing": one draft in each (composing.drafts)
    fields = models.JSONField(default=dict)  # form field name -> what was typed
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "place"], name="draft_once")]


class PendingReply(models.Model):
    """A reply with a delay. When due, `actions.reply` runs from it; only then are there number, event and mail."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pending_replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pending_replies")
    body = models.TextField()
    html = models.TextField(default="")
    status = models.ForeignKey(
        "departments.Status", models.SET_NULL, null=True, blank=True, related_name="+"
    )  # after it
    to = models.JSONField(default=list)  # ids of those who get its mail; empty: the client (S169)
    after = models.JSONField(default=dict)  # what else happens when it is sent: of a predefined reply, time spent
    is_later = models.BooleanField(default=False)  # set for a time by its author; a newer message calls it off
    is_note = models.BooleanField(default=False)  # an internal note about the replies that wait with it
    seen = models.JSONField(default=list)  # [last message, last note] its author had before their eyes
    click = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["due_at", "id"]


class Attachment(models.Model):
    """One file: of a message, of a draft being written, or of a reply still waiting. Served through its ticket."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="attachments")
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, blank=True, related_name="attachments")
    pending = models.ForeignKey(PendingReply, models.SET_NULL, null=True, blank=True, related_name="attachments")
    owner = models.CharField(max_length=80, blank=True, default="")  # who uploaded it, while it is of no message
    name = models.CharField(pgettext_lazy("of a file", "name"), max_length=150)
    cid = models.CharField(max_length=250, blank=True, default="")  # of a picture its mail shows in the text
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120)  # name in the "attachments" storage
    thumbnail = models.CharField(max_length=120, blank=True, default="")  # likewise; only of safe pictures
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [
            models.Index(fields=["created_at"], condition=Q(message=None), name="attachment_loose"),
            # Whether other rows speak of the same bytes, asked before they are deleted
            models.Index(fields=["stored_as"], name="attachment_stored"),
            models.Index(fields=["thumbnail"], condition=~Q(thumbnail=""), name="attachment_thumbnail"),
        ]

    def __str__(self):
        return self.name


class FileLink(models.Model):
    """Opens one file for one reader of a letter, until it expires (C19). Only the SHA-256 of its token is kept; whoever
    has lost sight of the ticket is let in no more."""

    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
