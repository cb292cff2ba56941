"""Every setting of REQUIREMENTS C1-C24 that has behaviour, named once (ARCHITECTURE, "Policy")."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HOURS = [MaxValueValidator(24 * 365 * 5)]


class Policy(models.Model):
    """All settings, each nullable: in a department, empty means "as the site"; in the site's row, as the default.

    Read it as `department.policy.<name>`, never from the fields of a department.
    """

    class ClosedReply(models.TextChoices):  # C3
        REOPEN = "reopen", _("reopens the ticket")
        REOPEN_FOR = "reopen_for", _("reopens it for some days, then a new linked ticket")
        NEW = "new_linked", _("always opens a new linked ticket")
        REFUSE = "refuse", _("is refused, with a text")

    class History(models.TextChoices):  # C5
        LOCKED = "locked", _("nobody changes a message")
        REVISIONS = "revisions", _("staff change messages, each version is kept")
        NOTES = "notes", _("staff change internal notes only, each version is kept")

    class ClientClose(models.TextChoices):  # C8
        NEVER = "never", _("never")
        BEFORE_REPLY = "before_reply", _("until staff have replied")
        ANY_TIME = "any_time", _("at any time")

    class QueueClock(models.TextChoices):  # C11
        UNANSWERED = "unanswered", _("first unanswered message of the client")
        LAST_MESSAGE = "last_message", _("last message")
        CREATED = "created", _("opening of the ticket")

    class Names(models.TextChoices):  # C22
        FULL = "full", _("full name")
        FIRST = "first", _("first name and role")
        DEPARTMENT = "department", _("name of the department")

    class Ratings(models.TextChoices):  # C14
        OFF = "off", pgettext_lazy("clients rate", "nothing")
        CLOSED = "closed", pgettext_lazy("clients rate", "a ticket, once it is closed")
        REPLIES = "replies", pgettext_lazy("clients rate", "each reply")
        BOTH = "both", pgettext_lazy("clients rate", "each reply, and a ticket once it is closed")

    class Words(models.TextChoices):  # C15
        CATEGORIES = "categories", _("six plain words, one per category")
        OWN = "own", _("the statuses' own names")
        THREE = "three", _("open, closed or escalated")

    class Files(models.TextChoices):  # C19
        ATTACH = "attach", _("attached up to 7 MB, then as a link")
        LINK = "link", _("as a link")
        NONE = "none", _("not mentioned")

    class NewByMail(models.TextChoices):  # C10
        ANYONE = "anyone", _("from anybody")
        KNOWN = "known", _("from known clients")
        VERIFIED = "verified", _("from known clients whose mail server vouches for them")
        OFF = "off", _("not taken")

    class Level(models.TextChoices):  # C23
        KNOWN = "known", _("a known address")
        AUTHENTICATED = "authenticated", _("authenticated mail")
        PORTAL = "portal", _("a sign-in at the portal")

    # C1
    auto_close_after = models.PositiveIntegerField(
        _("close idle tickets after, hours"),
        null=True,
        blank=True,
        validators=HOURS,
        help_text=_("0: never. Counts from the last public message."),
    )
    auto_close_reminder = models.PositiveIntegerField(
        _("remind before closing, hours"), null=True, blank=True, validators=HOURS, help_text=_("0: no reminder.")
    )
    auto_close_notice = models.TextField(
        _("notice when a ticket closes by itself"),
        blank=True,
        help_text=_(
            "Empty: the words as shipped. {{ name }}, {{ number }}, {{ subject }}, {{ department }} and {{ hours }} are"
            " filled in."
        ),
    )
    # C3
    closed_reply = models.CharField(
        _("a reply to a closed ticket"), max_length=12, choices=ClosedReply.choices, blank=True
    )
    closed_reply_mail = models.CharField(
        _("the same by mail"), max_length=12, choices=ClosedReply.choices, blank=True
    )
    closed_reply_days = models.PositiveSmallIntegerField(_("reopens for, days"), null=True, blank=True)
    # C5
    history_policy = models.CharField(_("changing messages"), max_length=10, choices=History.choices, blank=True)
    # C8
    client_close = models.CharField(_("clients may close"), max_length=12, choices=ClientClose.choices, blank=True)
    admins_close = models.BooleanField(
        _("administrators of the client's organisation may close too"), null=True, blank=True
    )
    participants_close = models.BooleanField(_("people taking part may close too"), null=True, blank=True)
    # C9
    client_file_types = models.TextField(
        _("file types clients may send"),
        null=True,
        blank=True,
        help_text=_("Endings separated by spaces, for example: jpg png pdf. Programs are always refused."),
    )
    client_file_count = models.PositiveSmallIntegerField(
        _("files a message"), null=True, blank=True, validators=[MaxValueValidator(20)]
    )
    client_file_size = models.PositiveIntegerField(
        _("size of one file, kB"), null=True, blank=True, validators=[MaxValueValidator(200_000)]
    )
    staff_file_count = models.PositiveSmallIntegerField(
        _("files a staff message"), null=True, blank=True, validators=[MaxValueValidator(20)]
    )
    staff_file_size = models.PositiveIntegerField(
        _("size of one staff file, kB"), null=True, blank=True, validators=[MaxValueValidator(200_000)]
    )
    # C10
    email_new = models.CharField(
        _("new tickets by mail"),
        max_length=8,
        choices=NewByMail.choices,
        blank=True,
        help_text=_(
            "What is not taken is kept in the import log; its sender gets a polite answer that names the portal."
        ),
    )
    email_reply = models.BooleanField(_("replies by mail"), null=True, blank=True)
    cc_joins = models.BooleanField(
        _("people in Cc take part"),
        null=True,
        blank=True,
        help_text=_("Those named in the first mail get copies of the ticket’s mails and may answer."),
    )
    # C11
    queue_clock = models.CharField(_("the queue is ordered by"), max_length=12, choices=QueueClock.choices, blank=True)
    # C13
    opening_receipt = models.BooleanField(_("receipt for a new ticket"), null=True, blank=True)
    # C14
    rating_mode = models.CharField(
        _("clients rate"),
        max_length=7,
        choices=Ratings.choices,
        blank=True,
        help_text=_("One star to five, in the portal; nobody has to. Staff see them at the message and on the card."),
    )
    # C15
    client_statuses = models.CharField(_("clients read"), max_length=10, choices=Words.choices, blank=True)
    # C19
    files_to_clients = models.CharField(_("files in mail to clients"), max_length=6, choices=Files.choices, blank=True)
    files_to_staff = models.CharField(_("files in mail to staff"), max_length=6, choices=Files.choices, blank=True)
    # C12
    merge_across = models.BooleanField(
        _("tickets of different organisations may be merged"),
        null=True,
        blank=True,
        help_text=_("The client of the ticket that stays then reads the messages of the other one."),
    )
    # C20
    group_minutes = models.PositiveSmallIntegerField(
        _("group a client’s messages in one mail, minutes"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(60)],
        help_text=_("0: each message is told at once."),
    )
    chat_hint = models.BooleanField(
        _("ask clients to write one message, after three in ten minutes"), null=True, blank=True
    )
    # C22
    staff_names = models.CharField(_("clients see staff as"), max_length=10, choices=Names.choices, blank=True)
    # C23
    account_level = models.CharField(
        _("account matters need"),
        max_length=13,
        choices=Level.choices,
        blank=True,
        help_text=_("Below that the ticket waits until its client confirms it in the portal."),
    )
    # What the form asks (S34)
    service_required = models.BooleanField(
        _("clients say which service it is about"),
        null=True,
        blank=True,
        help_text=_("In the portal, whoever has ordered something must choose. Off: they may."),
    )
    # Who takes it
    claim_on_reply = models.BooleanField(_("the first reply takes the ticket"), null=True, blank=True)
    # Which status follows what (S21-S28, S47-S52, S136, S184); empty: as shipped
    status_new = models.ForeignKey(
        "departments.Status",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("a new ticket is"),
    )
    status_after_client = models.ForeignKey(
        "departments.Status",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("after the client's message it is"),
    )
    status_after_staff = models.ForeignKey(
        "departments.Status",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("after our reply it is"),
    )
    status_when_assigned = models.ForeignKey(
        "departments.Status",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("when somebody is given a new ticket it is"),
        help_text=_("Empty: it stays as it is."),
    )
    status_closed = models.ForeignKey(
        "departments.Status",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("when closed it is"),
    )

    class Meta:
        abstract = True


# The default column of REQUIREMENTS.md. Status defaults are codes of the shipped statuses.
DEFAULTS = {
    "auto_close_after": 120,
    "auto_close_reminder": 24,
    "auto_close_notice": "",
    "closed_reply": Policy.ClosedReply.REOPEN,
    "closed_reply_mail": Policy.ClosedReply.REOPEN,
    "closed_reply_days": 14,
    "history_policy": Policy.History.REVISIONS,
    "client_close": Policy.ClientClose.ANY_TIME,
    "admins_close": True,
    "participants_close": False,
    "client_file_types": (
        "jpg jpeg png gif webp bmp heic pdf txt md log csv tsv json xml yaml yml eml doc docx odt rtf xls xlsx ods"
        " ppt pptx odp zip gz tgz bz2 xz 7z rar tar har mp4 mov webm mp3 ogg ics pcap"
        " asc p7m p7s pgp gpg"
    ),
    "client_file_count": 10,
    "client_file_size": 20_000,
    "staff_file_count": 20,
    "staff_file_size": 50_000,
    "email_new": Policy.NewByMail.KNOWN,
    "email_reply": True,
    "cc_joins": True,
    "queue_clock": Policy.QueueClock.UNANSWERED,
    "opening_receipt": True,
    "rating_mode": Policy.Ratings.CLOSED,
    "client_statuses": Policy.Words.CATEGORIES,
    "files_to_clients": Policy.Files.ATTACH,
    "files_to_staff": Policy.Files.LINK,
    "merge_across": False,
    "group_minutes": 2,
    "chat_hint": False,
    "staff_names": Policy.Names.FIRST,
    "account_level": Policy.Level.AUTHENTICATED,
    "service_required": False,
    "claim_on_reply": True,
}
STATUS_DEFAULTS = {
    "status_new": "open",
    "status_after_client": "customer-reply",
    "status_after_staff": "answered",
    "status_when_assigned": "",
    "status_closed": "closed",
}
