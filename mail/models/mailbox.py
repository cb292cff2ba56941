"""Mailboxes that are emptied for us. How each fares is written beside how it is reached, for operators to see."""
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib import sealing


class MailboxQuerySet(models.QuerySet):
    def due(self, *, at):
        """Mailboxes to look into at this moment: switched on, and not resting after a failure."""
        return self.filter(Q(retry_at=None) | Q(retry_at__lte=at), is_active=True)


class Mailbox(models.Model):
    """One mailbox, how to reach it, and what it said last. Which departments it serves is theirs to say."""

    class Kind(models.TextChoices):
        IMAP = "imap", _("IMAP")
        POP3 = "pop3", _("POP3")

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the start")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("none: everybody on the way can read along")

    class Auth(models.TextChoices):
        PASSWORD = "password", _("Password")  # noqa: S105
        GOOGLE = "google", _("Google, OAuth 2")
        MICROSOFT = "microsoft", _("Microsoft 365, OAuth 2")

    class After(models.TextChoices):
        SEEN = "seen", _("stay, marked as read")
        MOVE = "move", _("are moved to another folder")
        DELETE = "delete", _("are deleted")

    USUAL_PORTS = {("imap", True): 993, ("imap", False): 143, ("pop3", True): 995, ("pop3", False): 110}

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.IMAP)
    host = models.CharField(_("mail server"), max_length=255)
    port = models.PositiveIntegerField(
        _("port"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("Empty: the usual one (IMAP 993 or 143, POP3 995 or 110)."),
    )  # fmt: skip
    security = models.CharField(_("encryption"), max_length=8, choices=Security.choices, default=Security.TLS)
    username = models.CharField(_("user name"), max_length=320)
    auth = models.CharField(_("signs in with"), max_length=9, choices=Auth.choices, default=Auth.PASSWORD)
    sealed_secret = models.TextField(blank=True, default="", editable=False)
    client_id = models.CharField(_("client ID"), max_length=255, blank=True, default="")
    sealed_client_secret = models.TextField(blank=True, default="", editable=False)
    tenant = models.CharField(
        _("tenant"), max_length=80, blank=True, default="",
        help_text=_("Microsoft only: the directory's ID. Empty: “common”."),
    )  # fmt: skip
    folder = models.CharField(_("folder"), max_length=200, default="INBOX", help_text=_("IMAP only."))
    after = models.CharField(_("mails taken in"), max_length=6, choices=After.choices, default=After.SEEN)
    moved_to = models.CharField(_("moved to"), max_length=200, blank=True, default="")
    idle = models.BooleanField(
        _("told at once (IDLE)"), default=False,
        help_text=_("Needs “manage.py fetch_email --forever” running. Without it mails are fetched each minute."),
    )  # fmt: skip

    uid_validity = models.BigIntegerField(null=True, blank=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(_("last looked into"), null=True, blank=True, editable=False)
    problem = models.TextField(_("problem"), blank=True, default="", editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self):
        return self.name

    def clean(self):
        """What a server of that kind cannot do is refused before it fails at night."""
        if self.after == self.After.MOVE and (self.kind == self.Kind.POP3 or not self.moved_to):
            raise ValidationError({"after": _("Moving needs IMAP and the name of the other folder.")})
        if self.after == self.After.MOVE and self.moved_to == self.folder:
            raise ValidationError({"moved_to": _("This is the folder the mails are in already.")})
        if self.auth != self.Auth.PASSWORD and self.security == self.Security.NONE:
            raise ValidationError({"security": _("Google and Microsoft take no connection without encryption.")})

    @property
    def reached_at(self):
        """The port: the one given, else the usual one of kind and encryption."""
        return self.port or self.USUAL_PORTS[self.kind, self.security == self.Security.TLS]

    @property
    def secret(self):
        """The password, or the refresh token of OAuth 2. Raises sealing.Unreadable when no key opens it."""
        return sealing.unseal(self.sealed_secret)

    @secret.setter
    def secret(self, text):
        self.sealed_secret = sealing.seal(text)

    @property
    def client_secret(self):
        """The application's secret at the provider. Raises sealing.Unreadable when no key opens it."""
        return sealing.unseal(self.sealed_client_secret)

    @client_secret.setter
    def client_secret(self, text):
        self.sealed_client_secret = sealing.seal(text)
