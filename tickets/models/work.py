"""What staff hang on a ticket to get it done: links, watchers, points to tick, time spent, the call it came from."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Activity

from .message import Message
from .ticket import Ticket

DAY = 24 * 60  # minutes


class TicketLink(models.Model):
    """How two tickets belong together, read from `ticket` to `other`: KTR-1 blocks KTR-2, is the parent of KTR-3."""

    class Kind(models.TextChoices):
        RELATES = "relates", _("relates to")
        BLOCKS = "blocks", _("blocks")
        DUPLICATES = "duplicates", _("is a duplicate of")
        PARENT = "parent", _("is the parent of")
        INCIDENT = "incident", _("is the incident behind")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, models.CASCADE, related_name="links_back")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="ticketlink_once"),
            models.CheckConstraint(condition=~Q(ticket=models.F("other")), name="ticketlink_to_another"),
        ]


class Watcher(models.Model):
    """A member of staff who is told of everything that happens to a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watched")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="watcher_once")]


class Mention(models.Model):
    """A ticket whose notes call a member of staff by @name, once however often: the view “Mentions”."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")
    at = models.DateTimeField(default=timezone.now)  # of the last note
    is_unread = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="mention_once")]
        indexes = [models.Index(fields=["user", "ticket"], condition=Q(is_unread=True), name="mention_unread")]


class Snooze(models.Model):
    """The last snooze of a ticket: until when, why, and what ended it; whether it still lasts, the ticket says."""

    class Ended(models.TextChoices):
        NOT = "", _("it lasts")
        TIME = "time", _("its time has come")
        CLIENT = "client", _("the client wrote")
        HAND = "hand", _("somebody ended it")

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="snooze")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)  # empty: until the client writes
    note = models.CharField(_("why"), max_length=200, blank=True, default="")
    ended = models.CharField(max_length=6, choices=Ended.choices, blank=True, default=Ended.NOT)


class CheckPoint(models.Model):
    """One point of a ticket's checklist; `heading` names the list it stands in, where there are several."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="checklist")
    heading = models.CharField(_("list"), max_length=80, blank=True, default="")
    text = models.CharField(_("point"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.text


class TimeEntry(models.Model):
    """Time somebody spent on a ticket, or an item to bill (S152)."""

    class Invoicing(models.TextChoices):
        NO = "no", _("do not invoice")
        NEXT = "next", _("with the next invoice")
        NOW = "now", _("invoice at once")
        DONE = "done", _("invoiced")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="time_entries")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="time_entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="time_entries")
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("activity")
    )
    minutes = models.PositiveIntegerField(_("minutes"), default=0, validators=[MaxValueValidator(7 * DAY)])
    is_billable = models.BooleanField(_("billable"), default=False)
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    invoicing = models.CharField(_("invoicing"), max_length=4, choices=Invoicing.choices, default=Invoicing.NO)
    text = models.CharField(_("description"), max_length=200, blank=True)
    day = models.DateField(_("day"))  # of the person's own calendar
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day", "id"]
        indexes = [
            models.Index(fields=["day", "id"], name="timeentry_day"),
            models.Index(fields=["user", "day", "id"], name="timeentry_of"),
        ]
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")


class Talk(models.Model):
    """The call, chat or meeting a ticket was made of (S80, S97-S99); which of them is the ticket's channel."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        ACCEPTED = "accepted", _("accepted")

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="talk")
    at = models.DateTimeField(_("when"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True, validators=[MaxValueValidator(DAY)])
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    state = models.CharField(_("state of the call"), max_length=8, choices=State.choices, blank=True)
    link = models.URLField(_("link to the meeting"), blank=True)
    pass_code = models.CharField(_("pass code"), max_length=60, blank=True)
