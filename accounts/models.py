"""Everyone is a User; organisations have members; a guest is a user without a password (ARCHITECTURE)."""
import zoneinfo
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk_site.lib.worded import Worded

SYSTEM_EMAIL = "system@localhost.invalid"


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """Make a person. Without a password it is a guest, who comes in by passes only (S7)."""
        user = self.model(email=self.clean_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=self.clean_email(email))

    @staticmethod
    def clean_email(email):
        return (email or "").strip().lower()

    def guest_for(self, email, *, name="", language="", time_zone=""):
        """The user with this address, made as a guest when nobody has it. Never signs anybody in."""
        email = self.clean_email(email)
        fields = {"name": name, "language": language, "time_zone": time_zone}
        user, _made = self.get_or_create(email=email, defaults={**fields, "password": "!guest"})
        return user

    def system(self):
        """The actor of timers and machines; made on first use."""
        user, _made = self.get_or_create(
            email=SYSTEM_EMAIL, defaults={"name": "Helpdesk", "is_active": False, "password": "!system"}
        )
        return user


@lru_cache(maxsize=2000)
def hash_for_sessions(password, _secret_key):
    """Django's hash of a password's hash, made once: it is compared on every page."""
    return super(User, User(password=password)).get_session_auth_hash()


class User(Worded, AbstractBaseUser, PermissionsMixin):
    """A client, guest, agent, lead or operator. `is_staff` opens the desk; StaffPlace says which departments."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Match device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class After(models.TextChoices):
        STAY = "stay", _("Stay on this ticket")
        NEXT = "next", _("Go to the next ticket")
        QUEUE = "queue", _("Back to the queue")

    class Digest(models.TextChoices):
        HOURLY = "hourly", _("Every hour")
        DAILY = "daily", _("Every morning at eight")

    class Letters(models.TextChoices):
        """Letters a person may do without: why they would come, and of what they tell (tickets.recipients)."""

        RECEIPT = "client.receipt", _("A confirmation that a ticket of mine arrived")
        ANSWERS = "client.reply", _("Answers to my tickets")
        MY_SIDE = "client.client_reply", _("What others of my side write in my tickets")
        CLOSING = "client.closing", _("That a ticket of mine closes")
        JOINED_ANSWERS = "participant.reply", _("Answers to tickets I take part in")
        JOINED_SIDE = "participant.client_reply", _("What clients write in tickets I take part in")
        THEIR_TICKETS = "organisation.new_ticket", _("New tickets of my organisation")
        THEIR_ANSWERS = "organisation.reply", _("Answers to tickets of my organisation")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120, blank=True)
    title = models.CharField(
        _("role shown to clients"), max_length=80, blank=True, help_text=_("For staff, for example “server engineer”.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    picture = models.ImageField(pgettext_lazy("of a person", "picture"), upload_to="people/", blank=True)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("Opens the desk; the places below say which departments.")
    )
    unwanted = models.JSONField(default=list, blank=True, editable=False)  # of Letters: what this person does without
    bounced_at = models.DateTimeField(_("mail came back"), null=True, blank=True, editable=False)  # nobody is reached
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    staff_notes = models.TextField(_("notes on the client"), blank=True, help_text=_("Seen by staff only."))

    # The desk, as this person likes it
    refresh_seconds = models.PositiveIntegerField(_("refresh the queue every"), default=30)  # 0 = only when asked
    undo_seconds = models.PositiveSmallIntegerField(_("time to undo a reply, seconds"), default=10)
    after_reply = models.CharField(_("after a reply"), max_length=5, choices=After.choices, default=After.STAY)
    newest_first = models.BooleanField(_("newest messages first"), default=False)
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    runs_timer = models.BooleanField(
        _("start the timer when I open a ticket"), default=False,
        help_text=_("What it counts is logged with your reply, unless you take it out."),
    )  # fmt: skip
    digest = models.CharField(_("digest by mail"), max_length=6, choices=Digest.choices, default=Digest.DAILY)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    worded_fields = ("title",)

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # The staff are few among many clients, and every page of the desk names them
        indexes = [models.Index(fields=["name", "email"], condition=models.Q(is_staff=True), name="user_staff")]

    def __str__(self):
        return self.name or self.email

    @property
    def full_name(self):
        return self.name or self.email.partition("@")[0]

    @property
    def first_name(self):
        return next(iter(self.full_name.split()), "")

    def get_language_display(self):
        """The name of the person's language. Django's own way spells every choice to find one."""
        return str(dict(settings.LANGUAGES).get(self.language, self.language))

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.first_name

    @property
    def picture_url(self):
        """Where the picture is served, to those who may see the person; "" without one."""
        if not self.picture:
            return ""
        return reverse("picture", args=[self.pk, self.picture.name.rpartition("/")[2][:8]])

    def get_session_auth_hash(self):
        """What a session keeps of the password: another password ends it (T17)."""
        return hash_for_sessions(self.password, settings.SECRET_KEY)

    @property
    def is_system(self):
        return self.email == SYSTEM_EMAIL

    @property
    def is_guest(self):
        """No password yet: opens tickets by passes only (S7)."""
        return not self.has_usable_password()

    @property
    def zone(self):
        """The person's time zone as tzinfo, UTC when unknown."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone or "UTC")
        except (KeyError, ValueError, OSError):
            return zoneinfo.ZoneInfo("UTC")


class Organisation(models.Model):
    """A company whose members may see each other's tickets, as their membership says (S7, S116, C12)."""

    name = models.CharField(_("name"), max_length=160)
    notes = models.TextField(_("notes on the client"), blank=True, help_text=_("Seen by staff only."))
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="organisations")

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self):
        return self.name


class Membership(models.Model):
    """What one member may see of the organisation's tickets."""

    class Role(models.TextChoices):
        OWN = "own", _("sees own tickets")
        ALL = "all", _("sees all tickets")
        ALL_REPLY = "all_reply", _("sees and answers all tickets")
        ADMIN = "admin", _("administrator")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OWN)
    notify = models.BooleanField(_("told of the organisation's tickets"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="membership_once")]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self):
        return f"{self.user} · {self.organisation}"


class Service(models.Model):
    """What a client has ordered: a hosting plan, a licence (S34). Its screens come with their issue."""

    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=120, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="services")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="services")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self):
        return self.name


class GuestPass(models.Model):
    """Opens one ticket for one person until it expires (S7). Only the SHA-256 of its random token is kept.

    `ticket_number` is a number and no key: this floor does not know tickets.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passes")
    ticket_number = models.CharField(max_length=10)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "ticket_number"], name="guestpass_of")]

    def __str__(self):
        return f"{self.ticket_number} · {self.user}"


class Confirmation(models.Model):
    """An address to be proven, and what waits until it is: a password to set, or a new address to take (T15).

    Only the SHA-256 of the random token is kept; it opens this row once, for this purpose, until it expires. Nothing
    happens to any person before that: whoever signs up with somebody else's address has changed nothing.
    """

    class Purpose(models.TextChoices):
        SIGN_UP = "sign_up", _("sign up")
        NEW_ADDRESS = "new_address", _("new address")
        INVITATION = "invitation", _("invitation")

    purpose = models.CharField(max_length=11, choices=Purpose.choices)
    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="confirmations")
    name = models.CharField(max_length=120, blank=True)
    password = models.CharField(max_length=128, blank=True)  # hashed, as in User
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["email"], name="confirmation_email")]

    def __str__(self):
        return f"{self.purpose} · {self.email}"
