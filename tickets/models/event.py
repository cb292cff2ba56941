"""History: one append-only, hash-chained row for every change (ARCHITECTURE, "Events, notifications, outbox")."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .message import Message
from .ticket import Ticket


class Verb(models.TextChoices):
    """What can happen to a ticket. Codes are for ever; words are in the templates."""

    OPENED = "opened", _("opened")
    REPLIED = "replied", _("replied")
    NOTED = "noted", _("note added")
    EDITED = "edited", _("message changed")
    STATUS = "status", _("status changed")
    SETTLED = "settled", _("status settled by itself")
    CLOSED = "closed", _("closed")
    AUTO_CLOSED = "auto_closed", _("closed by itself")
    REMINDED = "reminded", _("reminder sent")
    REOPENED = "reopened", _("reopened")
    ASSIGNED = "assigned", _("assigned")
    PRIORITY = "priority", _("priority changed")
    TYPE = "type", _("type changed")
    SUBJECT = "subject", _("subject changed")
    MOVED = "moved", _("moved to another department")
    FLAGGED = "flagged", _("flagged")
    UNFLAGGED = "unflagged", _("flag taken off")
    ESCALATED = "escalated", _("escalated by a rule")
    ALERTED = "alerted", _("staff told by a rule")
    UNDONE = "undone", _("undone")
    MAIL_KEPT = "mail_kept", _("automatic mail kept")
    MAIL_TAKEN = "mail_taken", _("mail accepted by staff")
    CONFIRMED = "confirmed", _("confirmed by the client")
    DISOWNED = "disowned", _("disowned by the client")
    MAIL_FAILED = "mail_failed", _("mail could not be delivered")
    JOINED = "joined", _("somebody takes part")
    PARTED = "parted", _("somebody takes part no more")
    READDRESSED = "readdressed", _("mail sent to another address")
    MERGED = "merged", _("merged into another ticket")
    TOOK_IN = "took_in", _("another ticket merged into this one")
    UNMERGED = "unmerged", _("merging taken back")
    SPLIT = "split", _("messages moved to a new ticket")
    UNSPLIT = "unsplit", _("splitting taken back")
    LINKED = "linked", _("linked")
    UNLINKED = "unlinked", _("link taken off")
    TAGGED = "tagged", _("tags changed")
    CHECKED = "checked", _("checklist changed")
    SNOOZED = "snoozed", _("snoozed")
    WOKEN = "woken", _("came back from snoozing")
    SPAM = "spam", _("marked as spam")
    NOT_SPAM = "not_spam", _("marked as no spam")
    TRASHED = "trashed", _("moved to the trash")
    RESTORED = "restored", _("taken out of the trash")
    EMPTIED = "emptied", _("deleted for good")
    DELETED = "deleted", _("message deleted")
    UNDELETED = "undeleted", _("message restored")
    REDACTED = "redacted", _("words taken out for good")
    CLIENT = "client", _("client changed")
    TEAMED = "teamed", _("given to a team")
    TIMED = "timed", _("time logged")
    TALKED = "talked", _("details of the call changed")
    SCHEDULED = "scheduled", _("reply set for later")
    UNSCHEDULED = "unscheduled", _("reply set for later called off")
    RATED = "rated", _("rated by the client")


# Most of all events; none of them is an act that its actor might take back
EVERYDAY = [Verb.OPENED, Verb.REPLIED, Verb.NOTED, Verb.SETTLED, Verb.AUTO_CLOSED, Verb.REMINDED, Verb.MAIL_KEPT]


class TicketEvent(models.Model):
    """`data` holds ids and codes only; texts lie in erasable EventContent rows, here as sha256(salt + text)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    verb = models.CharField(max_length=12, choices=Verb.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="events")
    data = models.JSONField(default=dict)
    click = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField(default=timezone.now)
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)

    class Meta:
        ordering = ["ticket_id", "sequence"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["ticket", "sequence"], name="event_sequence_once")]
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["click"], name="event_click"),
            # What somebody did to tickets, for the list of one's own acts; replies are read from their messages
            models.Index(fields=["actor", "-at"], condition=~models.Q(verb__in=EVERYDAY), name="event_acts"),
        ]

    def __str__(self):
        return f"{self.ticket_id}/{self.sequence} {self.verb}"


class EventContent(models.Model):
    """A text an event speaks of: an old subject, a redacted word. Erasing this row erases text and salt together."""

    event = models.ForeignKey(TicketEvent, models.PROTECT, related_name="contents")
    name = models.CharField(max_length=20)
    text = models.TextField()
    salt = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="eventcontent_once")]


class Anchor(models.Model):
    """One row a day that chains the heads of the tickets changed that day (T20)."""

    day = models.DateField(unique=True)
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day"]


class Notification(models.Model):
    """Who was told of an event, and why; with the mail that carried it."""

    class Reason(models.TextChoices):
        RECEIPT = "receipt", _("you opened this ticket")
        CLIENT = "client", _("this is your ticket")
        PARTICIPANT = "participant", _("you take part in this ticket")
        CONTACT = "contact", _("support chose you to get this answer")
        ORGANISATION = "organisation", _("you are told of your organisation's tickets")
        ASSIGNEE = "assignee", _("you look after this ticket")
        DEPARTMENT = "department", _("you are told of this department's tickets")
        MENTION = "mention", _("a colleague mentioned you in a note")
        FLAG = "flag", _("a colleague flagged this ticket for you")
        RULE = "rule", _("a rule of the portal tells you")
        WATCHER = "watcher", _("you watch this ticket")
        SNOOZER = "snoozer", _("you snoozed this ticket")
        TEAM = "team", _("it was given to your team")
        AUTHOR = "author", _("your reply was waiting here")

    event = models.ForeignKey(TicketEvent, models.PROTECT, related_name="notifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    mail = models.ForeignKey("mail.OutgoingMail", models.SET_NULL, null=True, blank=True, related_name="notifications")
    letter_due_at = models.DateTimeField(null=True, blank=True)  # the letter is still to be written (tickets.notify)
    digest_due_at = models.DateTimeField(null=True, blank=True)  # it is still to be told in a digest (tickets.digests)
    in_portal = models.BooleanField(default=False)  # it stands under the bell (tickets.bell)
    is_unread = models.BooleanField(default=False)  # and has not been seen there
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="notification_once")]
        indexes = [
            models.Index(
                fields=["letter_due_at"],
                condition=models.Q(letter_due_at__isnull=False),
                name="notification_letter_due",
            ),
            models.Index(
                fields=["digest_due_at"],
                condition=models.Q(digest_due_at__isnull=False),
                name="notification_digest_due",
            ),
            models.Index(
                fields=["user", "-is_unread", "-id"], condition=models.Q(in_portal=True), name="notification_portal"
            ),
            models.Index(fields=["user"], condition=models.Q(is_unread=True), name="notification_unread"),
        ]


class RuleRun(models.Model):
    """One crossing of one rule by one ticket: never twice (S176, T07)."""

    rule = models.ForeignKey("departments.Rule", models.CASCADE, related_name="runs")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="rule_runs")
    crossing = models.DateTimeField()  # the start of the wait that was crossed
    ran_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "ticket", "crossing"], name="rulerun_once")]
