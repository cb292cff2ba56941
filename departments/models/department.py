"""Departments, the site's own row, and who works where."""

from functools import cached_property

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk_site.lib.worded import Worded

from .policy import Policy
from .sorting import Tone


class Icon(models.TextChoices):
    """Pictures of departments: names in static/icons/sprite.svg."""

    MESSAGES = "messages", _("Speech bubbles")
    WORLD = "world", _("Globe")
    MAIL = "mail", _("Envelope")
    SERVER = "server", _("Server")
    LOCK = "lock", _("Padlock")
    RECEIPT = "receipt", _("Receipt")
    TERMINAL = "terminal-2", _("Terminal")
    KEY = "key", _("Key")
    BOOK = "book-2", _("Book")
    BUILDING = "building", _("Building")
    LIFEBUOY = "lifebuoy", _("Lifebuoy")


class Portal(Policy):
    """The site's one row: its name and the values every department falls back to."""

    name = models.CharField(_("name of the portal"), max_length=80, default="Example Hosting")
    hue = models.PositiveSmallIntegerField(
        _("brand colour"),
        default=262,
        validators=[MaxValueValidator(360)],
        help_text=_("A hue from 0 to 360: 25 red, 82 amber, 155 green, 200 teal, 262 blue, 298 violet."),
    )
    chat_url = models.URLField(
        _("link to live chat"), blank=True, help_text=_("Shown to clients as the other channel.")
    )
    client_link = models.CharField(
        _("link to a client in your billing"),
        max_length=300,
        blank=True,
        validators=[
            RegexValidator(
                r"\Ahttps?://[^\s{}]*(\{(email|id)\}[^\s{}]*)*\Z",
                _("Enter an address such as https://billing.example.com/clients?mail={email}"),
            )
        ],
        help_text=_(
            "Shown to staff beside each ticket and on the client's card. {email} stands for the client's address, {id}"
            " for their number here."
        ),
    )
    # Incoming mail: what holds for the whole machine
    authserv_id = models.CharField(
        _("name of our mail server in Authentication-Results"),
        max_length=255,
        blank=True,
        help_text=_(
            "For example mx.example.com (RFC 8601). Only what this server says about a sender counts. Empty: no mail"
            " counts as authenticated, and staff cannot answer by mail."
        ),
    )
    plus_addresses = models.BooleanField(
        _("signed answer addresses"),
        default=False,
        help_text=_(
            "Answers go to support+ktr482913.…@example.com, which finds the ticket whatever a mail program does. Your"
            " mail server must deliver such addresses to the mailbox of support@example.com."
        ),
    )
    mail_size = models.PositiveIntegerField(
        _("largest mail taken, kB"),
        default=0,
        validators=[MaxValueValidator(50_000)],
        help_text=_("0: as large as the portal can read, 50 MB."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")

    def __str__(self):
        return self.name

    @classmethod
    def get(cls):
        """The one row, made on first use."""
        portal, _made = cls.objects.get_or_create(pk=1)
        return portal


class Department(Worded, Policy):
    """Where a ticket goes: its words for clients, its address, who may use it, and its policy (S1, S2, S118-S124)."""

    worded_fields = ("name", "description", "writing_rules", "auto_close_notice")

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address in the portal"), unique=True)
    description = models.CharField(_("description for clients"), max_length=300, blank=True)
    email = models.EmailField(
        _("mail address"),
        unique=True,
        null=True,
        blank=True,
        help_text=_("The sender of this department's mail. Each department has its own."),
    )
    mailbox = models.ForeignKey(
        "mail.Mailbox",
        verbose_name=_("mailbox"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="departments",
        help_text=_(
            "Where mail for this department arrives. Several may share one: the address a mail was sent to decides."
            " Empty when the mail server hands mail over itself."
        ),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    icon = models.CharField(
        pgettext_lazy("of a department", "picture"), max_length=30, choices=Icon.choices, default=Icon.MESSAGES
    )
    tone = models.CharField(_("colour"), max_length=6, choices=Tone.choices, default=Tone.BLUE)
    account_matters = models.BooleanField(
        _("about accounts"),
        default=False,
        help_text=_("Passwords, contracts, owners. By mail only from those the setting “account matters need” allows."),
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Anybody may write, without signing in. Off: clients only.")
    )
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Not listed; opens by its direct link only.")
    )
    is_active = models.BooleanField(_("takes new tickets"), default=True)
    service_level_url = models.URLField(
        _("service-level page"), blank=True, help_text=_("Linked beside the description.")
    )
    writing_rules = models.TextField(_("writing rules"), blank=True, help_text=_("Shown beside the form; Markdown."))
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, through="StaffPlace", related_name="departments")

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def get_absolute_url(self):
        return reverse("ticket_new_in", args=[self.slug])

    @cached_property
    def policy(self):
        """The settings that hold here: the department's own, else the site's, else the default."""
        from ..policy import PolicyView

        return PolicyView(self)


def shown_unasked():
    """What the bell tells somebody who has chosen nothing: what is theirs, not all that happens in the department."""
    return ["assignee", "note", "given", "watched", "woken"]


class StaffPlace(models.Model):
    """One staff member's place in one department. Without a place, nothing of it is seen."""

    class Role(models.TextChoices):
        AGENT = "agent", _("agent")
        LEAD = "lead", _("lead")

    class Letters(models.TextChoices):
        """Letters to staff that one may do without in a department (S126)."""

        NEW = "new_ticket", _("New tickets")
        REPLIES = "client_reply", _("Clients’ replies nobody looks after")
        MINE = "assignee", _("Clients’ replies to tickets I look after")
        NOTES = "note", _("Internal notes that call me, or on tickets flagged for me")
        GIVEN = "given", _("Tickets given to me or flagged for me")
        WATCHED = "watched", _("News of tickets I watch")
        WOKEN = "woken", _("Snoozed tickets that come back to me")

    department = models.ForeignKey(Department, models.CASCADE, related_name="places", verbose_name=_("department"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="places", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=5, choices=Role.choices, default=Role.AGENT)
    notify = models.BooleanField(
        _("notify me"), default=True, help_text=_("Mail for new tickets and for clients' replies nobody looks after.")
    )
    unwanted = models.JSONField(default=list, blank=True, editable=False)  # of Letters: what this person does without
    shown = models.JSONField(default=shown_unasked, blank=True, editable=False)  # of Letters: told under the bell, too
    gathered = models.JSONField(default=list, blank=True, editable=False)  # of Letters: told in the digest
    skills = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "user"], name="staffplace_once")]
        verbose_name = _("place of a staff member")
        verbose_name_plural = _("places of staff")

    def __str__(self):
        return f"{self.user} · {self.department}"

    def wants(self, letter):
        """Whether this person is told of one of Letters here; `notify` is the switch of the first two."""
        by_switch = self.notify or letter not in (self.Letters.NEW, self.Letters.REPLIES)
        return by_switch and letter not in self.unwanted

    def ways(self):
        """{letter: (by mail at once, under the bell, in the digest)} of each of Letters here."""
        return {one: (self.wants(one), one in self.shown, one in self.gathered) for one in self.Letters}

    def tell(self, *, shown, gathered):
        """Be shown these under the bell, and told of those in the digest."""
        self.shown = [letter for letter in self.Letters.values if letter in shown]
        self.gathered = [letter for letter in self.Letters.values if letter in gathered]
        self.save(update_fields=["shown", "gathered"])

    def want(self, letters):
        """Be told of these here by mail at once, and of nothing else that may be left."""
        self.notify = bool({self.Letters.NEW, self.Letters.REPLIES} & set(letters))
        self.unwanted = [letter for letter in self.Letters.values if letter not in letters]
        self.save(update_fields=["notify", "unwanted"])
