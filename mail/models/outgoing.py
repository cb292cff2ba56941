"""The outgoing mail table is the truth: what is not a row here was never promised, what is one is never lost (S185)."""
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GRACE = timedelta(minutes=1)  # the quick path's time before the sweep takes a queued letter
STUCK = timedelta(minutes=15)  # a sender that took this long is dead


class Kind(models.TextChoices):
    """What a letter is about. The column takes any word; these are the ones with a name to show."""

    ACCOUNT = "account", _("Sign-in and address")
    GUEST_PASS = "guest_pass", _("Link for a guest")
    RECEIPT = "receipt", _("Receipt of a new ticket")
    REPLY = "reply", _("Reply to a client")
    CLIENT_REPLY = "client_reply", _("A client’s reply")
    NEW_TICKET = "new_ticket", _("New ticket")
    NOTE = "note", _("Internal note, to staff")
    ASSIGNED = "assigned", _("Assignment, to staff")
    FLAGGED = "flagged", _("Flag, to staff")
    ESCALATED = "escalated", _("Escalation, to staff")
    CHANGED = "changed", _("Change of a watched ticket, to staff")
    WOKEN = "woken", _("Snoozed ticket that comes back, to staff")
    DIGEST = "digest", _("Digest, to staff")
    CLOSED = "closed", _("Ticket closed")
    AUTO_CLOSED = "auto_closed", _("Ticket closed by itself")
    REMINDER = "reminder", _("Reminder before closing")
    JOINED = "joined", _("Invitation to take part")
    MERGED = "merged", _("Tickets merged")
    SPLIT = "split", _("Messages moved to a ticket of their own")
    REFUSED = "refused", _("Answer to a mail that was not taken")
    ALARM = "alarm", _("Alarm to operators")


class OutgoingMailQuerySet(models.QuerySet):
    def sendable(self, *, at):
        """Letters that may be claimed at this moment by their own id: due, to be retried, or left by a dead sender."""
        return self.filter(
            Q(state="queued", due_at__lte=at)
            | Q(state="retry", retry_at__lte=at)
            | Q(state="sending", claimed_at__lte=at - STUCK)
        )

    def waiting(self):
        """Letters that still want to go out."""
        return self.filter(state__in=["queued", "retry", "sending"])


class OutgoingMail(models.Model):
    """One letter to one person, rendered when it was decided on, and how far it has come."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Delivered to the mail server")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Not delivered")
        CANCELLED = "cancelled", _("Cancelled")

    class Trouble(models.TextChoices):
        BAD_ADDRESS = "bad_address", _("The address is not a valid e-mail address.")
        CANNOT_BUILD = "cannot_build", _("The letter could not be put together.")
        UNREACHABLE = "unreachable", _("The mail server could not be reached.")
        BROKEN_OFF = "broken_off", _("The connection to the mail server broke off.")
        DELAYED = "delayed", _("The mail server asked to try again later.")
        REFUSED = "refused", _("The mail server refused the letter.")
        UNREADABLE = "unreadable", _("A file of the letter could not be read.")
        EXPIRED = "expired", _("It was tried for two days without success.")
        BOUNCED = "bounced", _("It came back: nobody is reached at this address.")
        WITHOUT_FILES = "without_files", _("A file was missing, so the letter went without it.")

    message_id = models.CharField(_("Message-ID"), max_length=255, editable=False)
    kind = models.CharField(_("kind"), max_length=30)
    reference = models.CharField(_("about"), max_length=80, blank=True, default="")  # free words: "KTR-482913#3"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="mails",
    )
    to_address = models.CharField(_("recipient"), max_length=320)
    to_name = models.CharField(_("recipient's name"), max_length=200, blank=True, default="")
    from_address = models.CharField(_("sender"), max_length=320, blank=True, default="")
    from_name = models.CharField(_("sender's name"), max_length=200, blank=True, default="")
    reply_to = models.CharField(_("answers go to"), max_length=320, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    subject = models.CharField(_("subject"), max_length=500, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    html = models.TextField(_("HTML"), blank=True, default="")
    in_reply_to = models.CharField(max_length=255, blank=True, default="")
    references = models.TextField(blank=True, default="")
    headers = models.JSONField(blank=True, default=dict)
    secret = models.BooleanField(_("carries a secret"), default=False)  # text, html blanked once it is sent

    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True, default="")
    sent_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    trouble = models.CharField(_("trouble"), max_length=13, choices=Trouble.choices, blank=True, default="")
    answer = models.TextField(_("the mail server's answer"), blank=True, default="")
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outbox")
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="outgoingmail_message_id_once"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "retry", "failed", "cancelled"]),
                name="outgoingmail_known_state",
            ),
        ]
        indexes = [
            # The sweep's cost grows with what is due, not with what was ever sent.
            models.Index(fields=["due_at"], name="outgoingmail_queued", condition=Q(state="queued")),
            models.Index(fields=["retry_at"], name="outgoingmail_retry", condition=Q(state="retry")),
            models.Index(fields=["claimed_at"], name="outgoingmail_sending", condition=Q(state="sending")),
            models.Index(fields=["id"], name="outgoingmail_failed", condition=Q(state="failed")),
            models.Index(fields=["to_address"], name="outgoingmail_to_address"),
            models.Index(  # how many automatic answers went out of late
                fields=["created_at"],
                name="outgoingmail_automatic",
                condition=Q(kind__in=["receipt", "refused", "guest_pass"]),
            ),
            models.Index(
                fields=["reference"], name="outgoingmail_reference", opclasses=["varchar_pattern_ops"],
            ),  # "KTR-482913" finds "KTR-482913#3" too
        ]

    def __str__(self):
        return f"{self.to_address}: {self.shown_subject}"

    @property
    def is_finished(self):
        """Nothing more will happen to it by itself."""
        return self.state in (self.State.SENT, self.State.FAILED, self.State.CANCELLED)

    @property
    def shown_state(self):
        """The state in the reader's language, for staff beside a message and for operators."""
        return str(self.State(self.state).label)

    @property
    def shown_at(self):
        """The moment that belongs to the state: sent when, tried again when, given up when, else due when."""
        return {
            self.State.SENT: self.sent_at,
            self.State.RETRY: self.retry_at,
            self.State.SENDING: self.claimed_at,
            self.State.FAILED: self.claimed_at or self.created_at,
        }.get(self.state) or self.due_at

    @property
    def shown_kind(self):
        """The kind in the reader's language; a word nobody named is shown as it is."""
        return Kind(self.kind).label if self.kind in Kind.values else self.kind

    @property
    def shown_subject(self):
        """The subject, for lists; nothing of a secret letter but its kind is ever shown."""
        return self.shown_kind if self.secret else self.subject

    @property
    def is_blanked(self):
        """Its secret is gone, and with it all that could be sent again."""
        return self.secret and not self.text and not self.html


class OutgoingFile(models.Model):
    """A file that goes with a letter: a name in the "attachments" storage, so mail never opens another app's tables."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    stored_as = models.CharField(max_length=255)

    class Meta:
        verbose_name = _("file of a letter")
        verbose_name_plural = _("files of a letter")

    def __str__(self):
        return self.name
