"""Mailboxes that are emptied for us. How each fares is written beside how it is reached, for operators to see."""
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib import sealing

FORGOTTEN = timedelta(minutes=10)  # a mailbox nobody looks into for so long has no fetcher
LISTENED = timedelta(minutes=3)  # a listener (IDLE) that was silent for longer is dead


# Google's and Microsoft's before an operator connected them: nothing is wrong, and there is nothing to try
NOT_CONNECTED = Q(auth__in=["google", "microsoft"], sealed_secret="", sealed_grant="")


class MailboxQuerySet(models.QuerySet):
    def due(self, *, at):
        """Mailboxes in use that do not rest after a failure and can sign in, longest unseen first."""
        ready = self.filter(Q(retry_at=None) | Q(retry_at__lte=at), is_active=True).exclude(NOT_CONNECTED)
        return ready.order_by(models.F("checked_at").asc(nulls_first=True), "pk")

    def forgotten(self, *, at):
        """Mailboxes in use that were due for a while, and nobody came."""
        rested = Q(retry_at=None) | Q(retry_at__lt=at - FORGOTTEN)
        return self.filter(rested, is_active=True, checked_at__lt=at - FORGOTTEN).exclude(NOT_CONNECTED)

    def failing(self, *, at):
        """Those in use that have failed for as long as operators bear it; a list, for there are few."""
        return [mailbox for mailbox in self.filter(is_active=True, failing_since__lte=at) if mailbox.is_failing(at=at)]

    def unheard(self, *, at):
        """Without those a living listener cares for."""
        return self.exclude(idle=True, kind="imap", problem="", checked_at__gt=at - LISTENED)


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

    class Problem(models.TextChoices):
        NO_HOST = "no_host", _("The mail server’s name is not known. Check how it is spelt.")
        FORBIDDEN = "forbidden", _("The portal does not connect to this address: no mail server lives there.")
        UNREACHABLE = "unreachable", _("The mail server could not be reached. Check name, port and firewall.")
        CERTIFICATE = "certificate", _("The mail server’s certificate is not valid for this name, so nothing was said.")
        NO_TLS = "no_tls", _("No encrypted connection came about. Check the port and the encryption.")
        HUNG = "hung", _("The mail server stopped answering.")
        BROKEN_OFF = "broken_off", _("The connection to the mail server broke off.")
        SIGN_IN = "sign_in", _("The mail server refused the user name or the password.")
        TOKEN = "token", _("The provider gave no access. Connect the mailbox to it again.")  # noqa: S105
        PROVIDER = "provider", _("The provider’s sign-in could not be reached.")
        SEALED = "sealed", _("Its key is missing from FIELD_ENCRYPTION_KEYS, so the password is lost. Enter it again.")
        FOLDER = "folder", _("The mail server has no such folder.")
        NO_OTHER_FOLDER = "no_other_folder", _("The folder to move mails to does not exist.")
        NOT_MARKED = "not_marked", _("Mails are taken in, but the mail server refuses to mark, move or delete them.")
        STORING = "storing", _("Mails could not be stored here, so they stay in the mailbox. Check the disk.")
        PROTOCOL = "protocol", _("The mail server said something the portal does not understand.")

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
    sealed_grant = models.TextField(blank=True, default="", editable=False)  # a provider's answer, to be exchanged
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

    alarm_after = models.PositiveSmallIntegerField(
        _("operators are told after"), null=True, blank=True, default=15, validators=[MinValueValidator(1)],
        help_text=_(
            "Minutes. When a mailbox fails for as long, operators get a letter, and another one when it is well again;"
            " a few an hour at most, whatever happens. Empty: they get none."
        ),
    )  # fmt: skip

    uid_validity = models.BigIntegerField(null=True, blank=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(_("last looked into"), null=True, blank=True, editable=False)
    problem = models.CharField(
        _("problem"), max_length=15, choices=Problem.choices, blank=True, default="", editable=False
    )
    answer = models.TextField(_("the mail server's answer"), blank=True, default="", editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True, editable=False)
    alarmed_at = models.DateTimeField(null=True, blank=True, editable=False)  # operators know that it fails

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
    def is_oauth(self):
        return self.auth != self.Auth.PASSWORD

    def is_failing(self, *, at):
        """Whether it has failed for as long as operators bear it."""
        if not self.failing_since or self.alarm_after is None:
            return False
        return at - self.failing_since >= timedelta(minutes=self.alarm_after)

    def forget_places(self):
        """It is another mailbox from now on: the numbers of its mails mean nothing any more, and none may be taken for
        one that is here already."""
        self.letters.exclude(uid=None).update(uid=None)
        self.copies.all().delete()

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
