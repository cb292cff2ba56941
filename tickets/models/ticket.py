"""The ticket: what it is about, whose turn it is, and the times its timers wait for."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from departments.models import Category, Department, Priority, Status, Team, TicketType, Tone
from departments.policy import snapshot
from helpdesk_site.lib import rows, tokens


class TicketQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """The tickets this viewer may see: the only way to a list (ARCHITECTURE, "Who sees what")."""
        from .. import access

        return self.filter(access.visible(viewer))

    def workable_by(self, viewer):
        """The tickets this viewer works on as staff: what the desk shows of the visible ones (S119)."""
        from .. import access

        return self.filter(access.workable(viewer))

    def listed(self):
        """Without merged-away tickets, which live on in their survivor (S142), and what lies in spam or trash."""
        return self.filter(merged_into=None, hidden="")

    def open(self):
        return self.exclude(category=Category.CLOSED)

    def awaiting_reply(self):
        return self.filter(awaiting=True)


class TicketManager(models.Manager.from_queryset(TicketQuerySet)):
    def insert_numbered(self, ticket):
        """Insert `ticket` under a fresh random number (S12); a taken number is drawn anew (T08)."""
        for _attempt in range(20):
            ticket.number = tokens.ticket_number()
            if rows.insert_if_free(ticket, "number"):
                return ticket
        raise RuntimeError("no free ticket number found in 20 draws")


class Ticket(models.Model):
    """One request with its history. Changed by `tickets.actions` only."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("Portal")
        EMAIL = "email", _("E-mail")
        STAFF = "staff", _("Opened by staff")
        PHONE = "phone", _("Phone")
        CHAT = "chat", _("Chat")
        CONFERENCE = "conference", _("Conference call")

    class Hidden(models.TextChoices):
        """Why a ticket is in no ordinary list. Whatever is hidden is closed: lists of open ones need not ask."""

        NO = "", pgettext_lazy("ticket", "listed")
        SPAM = "spam", _("Spam")
        TRASH = "trash", _("Trash")
        GONE = "gone", _("Deleted for good")

    number = models.CharField(_("number"), max_length=10, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    department = models.ForeignKey(Department, models.PROTECT, related_name="tickets", verbose_name=_("department"))
    status = models.ForeignKey(Status, models.PROTECT, related_name="tickets", verbose_name=_("status"))
    priority = models.ForeignKey(Priority, models.PROTECT, related_name="tickets", verbose_name=_("priority"))
    type = models.ForeignKey(
        TicketType, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("type")
    )
    client = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tickets", verbose_name=_("client")
    )
    organisation = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("organisation"),
    )
    service = models.ForeignKey(
        "accounts.Service", models.SET_NULL, null=True, blank=True, related_name="tickets", verbose_name=_("service")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="tickets", verbose_name=_("team")
    )
    channel = models.CharField(_("came by"), max_length=10, choices=Channel.choices, default=Channel.PORTAL)
    follow_up_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="follow_ups", verbose_name=_("follow-up of")
    )
    answer_to = models.EmailField(_("answers go to"), blank=True, default="")  # Reply-To of a client known by mail only
    unconfirmed_since = models.DateTimeField(null=True, blank=True)  # waits for its client's word in the portal (S69)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_tickets")
    has_merged = models.BooleanField(default=False)  # others were merged into it: its thread reads theirs too
    hidden = models.CharField(max_length=5, choices=Hidden.choices, blank=True, default=Hidden.NO)
    hidden_at = models.DateTimeField(null=True, blank=True)  # trash is emptied thirty days later
    tags = models.ManyToManyField("tickets.Tag", blank=True, related_name="tickets")

    # What the status means here, kept on the row so that queues read one index (departments.policy.status_rules)
    category = models.CharField(max_length=12, choices=Category.choices, default=Category.NEW)
    awaiting = models.BooleanField(default=True)
    escalated = models.BooleanField(_("escalated"), default=False)

    created_at = models.DateTimeField(_("opened"), default=timezone.now)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now)  # last public message or change
    last_message_at = models.DateTimeField(default=timezone.now)  # last public message
    last_by_staff = models.BooleanField(default=False)  # who wrote it
    waiting_since = models.DateTimeField(null=True, blank=True)  # first unanswered client message (C11)
    queue_at = models.DateTimeField(default=timezone.now)  # the clock of the department's queue (C11)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    # Out of the queue until a time, or until the client writes; `awaiting` is off meanwhile
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)  # empty while snoozed: until the client writes
    snoozed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    # Rows with a due time, found by an index (ARCHITECTURE, "Two databases"): null means nothing is due
    status_since = models.DateTimeField(null=True, blank=True)  # what settling and closing count from
    settle_at = models.DateTimeField(null=True, blank=True)  # C7
    close_at = models.DateTimeField(null=True, blank=True)  # C1
    remind_at = models.DateTimeField(null=True, blank=True)  # C1
    rules_at = models.DateTimeField(null=True, blank=True)  # when the escalation rules are asked again (S176)

    # Counters guarded by the row's lock
    last_number = models.PositiveIntegerField(default=0)  # of the last public message
    last_note = models.PositiveIntegerField(default=0)  # of the last note
    event_count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True, default="")  # hash of the last event

    objects = TicketManager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(fields=["client", "-updated_at", "-id"], name="ticket_of_client"),
            models.Index(fields=["organisation", "-updated_at", "-id"], name="ticket_of_organisation"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_activity"),
            models.Index(fields=["department", "-updated_at", "-id"], name="ticket_department_activity"),
            models.Index(F("queue_at"), F("id"), condition=Q(awaiting=True, merged_into=None), name="ticket_queue"),
            models.Index(
                F("department"),
                F("queue_at"),
                F("id"),
                condition=Q(awaiting=True, merged_into=None),
                name="ticket_department_queue",
            ),
            models.Index(
                F("department"),
                F("queue_at"),
                F("id"),
                condition=~Q(category="closed") & Q(merged_into=None),
                name="ticket_department_open",
            ),
            models.Index(
                F("department"),
                F("status"),
                F("assignee"),
                F("snoozed_at"),
                condition=~Q(category="closed") & Q(merged_into=None),
                name="ticket_open_counts",
            ),
            models.Index(
                F("queue_at"), F("id"), condition=~Q(category="closed") & Q(merged_into=None), name="ticket_open_queue"
            ),
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                condition=~Q(category="closed") & Q(merged_into=None),
                name="ticket_open_activity",
            ),
            models.Index(fields=["assignee", "queue_at", "id"], condition=~Q(category="closed"), name="ticket_mine"),
            models.Index(
                fields=["team", "queue_at", "id"],
                condition=~Q(category="closed") & Q(team__isnull=False),
                name="ticket_of_team",
            ),
            models.Index(fields=["settle_at"], condition=Q(settle_at__isnull=False), name="ticket_settle_due"),
            models.Index(fields=["close_at"], condition=Q(close_at__isnull=False), name="ticket_close_due"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="ticket_remind_due"),
            models.Index(fields=["rules_at"], condition=Q(rules_at__isnull=False), name="ticket_rules_due"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="ticket_snooze_due"),
            models.Index(
                fields=["department", "-snoozed_at"], condition=Q(snoozed_at__isnull=False), name="ticket_snoozed"
            ),
            models.Index(fields=["hidden", "-hidden_at", "id"], condition=~Q(hidden=""), name="ticket_hidden"),
            models.Index(
                fields=["department", "hidden", "-hidden_at"], condition=~Q(hidden=""), name="ticket_department_hidden"
            ),
            models.Index(fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="ticket_waiting"),
            models.Index(fields=["created_at"], name="ticket_created"),
            models.Index(fields=["-updated_at", "-id"], condition=Q(escalated=True), name="ticket_escalated"),
        ]

    def __str__(self):
        return f"{self.number} {self.subject}"

    def get_absolute_url(self):
        return reverse("ticket", args=[self.number])

    @property
    def is_closed(self):
        return self.category == Category.CLOSED

    @property
    def is_trashed(self):
        """Whether it lies in the trash, or was emptied out of it: for its client there is no such ticket (S155)."""
        return self.hidden in (self.Hidden.TRASH, self.Hidden.GONE)

    # The operator's rows come from the process's snapshot, so that a page of 50 tickets reads none of them
    @cached_property
    def first_message(self):
        """What it was opened with."""
        return self.messages.get(number=1, is_note=False)

    @property
    def shown_status(self):
        return snapshot().statuses.get(self.status_id) or self.status

    @property
    def shown_priority(self):
        return snapshot().priorities.get(self.priority_id) or self.priority

    @property
    def shown_department(self):
        return snapshot().departments.get(self.department_id) or self.department

    def get_channel_display(self):
        """How it came, in words. Django's own way spells every choice to find one."""
        try:
            return str(self.Channel(self.channel).label)
        except ValueError:
            return self.channel

    @property
    def shown_type(self):
        return self.type_id and (snapshot().types.get(self.type_id) or self.type)

    @property
    def policy(self):
        return self.shown_department.policy


class Tag(models.Model):
    """A word staff put on tickets. One spelling each: `key` is the name as it is compared."""

    name = models.CharField(_("name"), max_length=40)
    key = models.CharField(max_length=120, unique=True, editable=False)
    tone = models.CharField(_("colour"), max_length=6, choices=Tone.choices, blank=True, default="")

    class Meta:
        ordering = ["key"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self):
        return self.name


class TagGone(models.Model):
    """A tag that was deleted, or merged `into` another one, for as long as that can be taken back."""

    tag = models.PositiveBigIntegerField()  # its id, by which the history knows it
    name = models.CharField(max_length=40)
    tone = models.CharField(max_length=6, blank=True, default="")
    into = models.ForeignKey(Tag, models.SET_NULL, null=True, related_name="+")
    held = models.JSONField(default=list)  # ids of the tickets it stood on
    added = models.JSONField(default=list)  # ids of those that have `into` since
    replies = models.JSONField(default=list)  # [id of a predefined reply, its tags before, its tags after]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]


class Participant(models.Model):
    """Somebody who takes part in one ticket besides its client (S163)."""

    class Rights(models.TextChoices):
        READ = "read", _("reads")
        REPLY = "reply", _("reads and replies")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations")
    rights = models.CharField(max_length=5, choices=Rights.choices, default=Rights.REPLY)
    notify = models.BooleanField(default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="participant_once")]


class Flag(models.Model):
    """A ticket flagged to one staff member: stands above that person's queue (S166)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="flags")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="flags")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="flag_once")]


class Reading(models.Model):
    """How far one person has read one ticket: the unread mark and "new since your last visit"."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField(default=0)  # of the last public message seen
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="reading_once")]
        indexes = [models.Index(fields=["user", "-at"], name="reading_latest")]


class Presence(models.Model):
    """Who is looking at a ticket, or writing a reply, right now; stale after 45 seconds (S6)."""

    class Mode(models.TextChoices):
        VIEWING = "viewing", _("viewing")
        WRITING = "writing", _("writing")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="presences")
    department = models.ForeignKey(Department, models.CASCADE, related_name="+", db_index=False)  # where it was then
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presences")
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.VIEWING)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="presence_once")]
