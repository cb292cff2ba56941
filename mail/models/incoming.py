"""The raw store: a mail is a row here, and its bytes a file, before anybody looks into it (T05). None is ever deleted
by the pipeline; what became of each is told here."""
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TAKEN_TOO_LONG = timedelta(minutes=10)  # whoever has a mail for longer is dead
MOST_TRIES = 3  # a mail that kills its reader each time ends in quarantine


class IncomingMail(models.Model):
    """One mail as it came, and how far it has come since."""

    class Source(models.TextChoices):
        MAILBOX = "mailbox", _("Mailbox")
        PIPE = "pipe", _("Handed over by the mail server")
        LMTP = "lmtp", _("LMTP")
        FORM = "form", _("Contact form")

    class State(models.TextChoices):
        NEW = "new", _("Not read yet")
        TAKEN = "taken", _("Being read")
        DONE = "done", _("Done")
        HELD = "held", _("Held for staff")
        QUARANTINED = "quarantined", _("In quarantine")

    class Outcome(models.TextChoices):
        CREATED = "created", _("New ticket")
        APPENDED = "appended", _("Added to a ticket")
        IGNORED = "ignored", _("Kept without effect")
        REJECTED = "rejected", _("Refused")
        QUARANTINED = "quarantined", _("Set aside")

    content_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of the bytes as they came
    message_id = models.CharField(_("Message-ID"), max_length=255, blank=True, default="", editable=False)
    copy_of = models.ForeignKey(
        "self", verbose_name=_("same Message-ID as"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="copies", editable=False,
    )  # fmt: skip
    source = models.CharField(_("came by"), max_length=7, choices=Source.choices)
    mailbox = models.ForeignKey(
        "mail.Mailbox", verbose_name=_("mailbox"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="letters",
    )  # fmt: skip
    folder = models.CharField(_("folder"), max_length=200, blank=True, default="")
    uid_validity = models.BigIntegerField(null=True, blank=True)
    uid = models.BigIntegerField(null=True, blank=True)  # further places of the same bytes: KnownPlace
    envelope_from = models.CharField(_("envelope sender"), max_length=320, blank=True, default="")
    envelope_to = models.JSONField(_("envelope recipients"), blank=True, default=list)
    stored_as = models.CharField(max_length=255, editable=False)  # in the "letters" storage
    size = models.PositiveBigIntegerField(_("size"), default=0)
    cut_from = models.PositiveBigIntegerField(null=True, blank=True)  # its true size, when only its beginning was taken
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)

    state = models.CharField(_("state"), max_length=11, choices=State.choices, default=State.NEW)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome.choices, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")  # a code
    reference = models.CharField(_("ticket"), max_length=80, blank=True, default="")  # free words: "KTR-482913#3"
    desk = models.PositiveBigIntegerField(null=True, blank=True, editable=False)  # whose it is, to the floor above
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    sender_address = models.CharField(_("sender"), max_length=320, blank=True, default="")
    sender_name = models.CharField(_("sender's name"), max_length=200, blank=True, default="")
    subject = models.CharField(_("subject"), max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(_("written"), null=True, blank=True)  # by the mail's own Date
    trust = models.CharField(_("trust"), max_length=16, blank=True, default="")
    trouble = models.TextField(_("trouble"), blank=True, default="")

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("import log")
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], name="incomingmail_message_id_once",
                condition=~Q(message_id="") & Q(copy_of=None),
            ),
            models.UniqueConstraint(
                fields=["mailbox", "folder", "uid_validity", "uid"], name="incomingmail_uid_once",
                condition=Q(uid__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["new", "taken", "done", "held", "quarantined"]),
                name="incomingmail_known_state",
            ),
        ]  # fmt: skip
        indexes = [
            # The cost of looking for work grows with the work, not with what was ever received.
            models.Index(fields=["id"], name="incomingmail_new", condition=Q(state="new")),
            models.Index(fields=["claimed_at"], name="incomingmail_taken", condition=Q(state="taken")),
            models.Index(fields=["id"], name="incomingmail_held", condition=Q(state="held")),
            models.Index(fields=["id"], name="incomingmail_quarantined", condition=Q(state="quarantined")),
            models.Index(
                fields=["desk", "id"], name="incomingmail_waiting", condition=Q(state__in=["held", "quarantined"]),
            ),
            models.Index(fields=["outcome", "id"], name="incomingmail_outcome"),
            models.Index(fields=["message_id"], name="incomingmail_message_id"),
            models.Index(fields=["sender_address"], name="incomingmail_sender"),
            models.Index(
                fields=["reference"], name="incomingmail_reference", opclasses=["varchar_pattern_ops"],
            ),  # "KTR-482913" finds "KTR-482913#3" too
        ]  # fmt: skip

    def __str__(self):
        return self.subject or self.message_id or f"{self.received_at:%Y-%m-%d %H:%M}"


class KnownPlace(models.Model):
    """Where else the bytes of a mail lie that is here already, so that nobody reads them there again."""

    mailbox = models.ForeignKey("mail.Mailbox", on_delete=models.CASCADE, related_name="copies")
    folder = models.CharField(max_length=200, blank=True, default="")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "folder", "uid_validity", "uid"], name="knownplace_once",
            ),
        ]  # fmt: skip
