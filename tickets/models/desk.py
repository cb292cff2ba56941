"""The desk as staff arrange it: saved views with their columns, and acts on many tickets that run in the background."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Department


class SavedView(models.Model):
    """A list of the queue under a name: its filters, sort and columns, for one person or for a department."""

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared with"),
        help_text=_("Empty: mine alone."),
    )  # fmt: skip
    query = models.CharField(max_length=1000)  # as in the address of the queue: "view=open&status=open&sort=updated"
    columns = models.JSONField(default=list, blank=True)  # codes in order; empty: the usual ones
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "name", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")

    def __str__(self):
        return self.name


class ViewChoice(models.Model):
    """How one person has a view: their own columns and sort, and whether it stands in their rail. Nobody else's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="view_choices")
    view = models.ForeignKey(SavedView, models.CASCADE, null=True, blank=True, related_name="choices")
    builtin = models.CharField(max_length=20, blank=True, default="")  # a view of ours: "waiting", "mine"
    columns = models.JSONField(default=list, blank=True)
    sort = models.CharField(max_length=20, blank=True, default="")
    pinned = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(null=True, blank=True)  # in the rail; empty: as the view itself says

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "view"], condition=models.Q(view__isnull=False), name="viewchoice_once"
            ),
            models.UniqueConstraint(
                fields=["user", "builtin"], condition=models.Q(view=None), name="viewchoice_of_ours_once"
            ),
        ]


class BulkJob(models.Model):
    """One act on many tickets, done in the background; its events carry its click: one Undo takes all back."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waits")
        RUNNING = "running", _("runs")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        UNDOING = "undoing", _("is taken back")
        UNDONE = "undone", _("taken back")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_jobs")
    click = models.UUIDField(default=uuid.uuid4, unique=True)
    act = models.CharField(max_length=20)
    params = models.JSONField(default=dict)  # codes and ids, as the form sent them
    tickets = models.JSONField(default=list)  # ids, in the order they are done
    total = models.PositiveIntegerField(default=0)  # how many they are
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)  # tickets looked at so far
    changed = models.PositiveIntegerField(default=0)  # of them changed
    failed = models.JSONField(default=list)  # [number, why] of those that could not be
    seen_at = models.DateTimeField(default=timezone.now)  # when the list was drawn from which they were chosen
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)  # last sign of life, by which a dead worker's job is found
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="bulkjob_of"),
            models.Index(
                fields=["moved_at"], condition=models.Q(state__in=["queued", "running", "undoing"]), name="bulkjob_open"
            ),
        ]
