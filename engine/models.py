"""Five small tables that make timers, forms, erased files and the embedded broker safe on both databases."""

from django.db import models


class QueueMessage(models.Model):
    """One Celery message of the embedded broker (no REDIS_URL). Times are Unix seconds."""

    queue = models.CharField(max_length=200)
    payload = models.TextField()
    priority = models.SmallIntegerField(default=0)
    visible_at = models.FloatField()
    claimed_by = models.CharField(max_length=64, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["queue", "priority", "id"], name="queuemessage_next")]

    def __str__(self):
        return f"{self.queue} {self.pk}"


class Lease(models.Model):
    """Who runs a timer now. Two schedulers share one row, so nothing runs twice at once."""

    name = models.CharField(max_length=80, unique=True)
    holder = models.CharField(max_length=80, blank=True, default="")
    until = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.name


class Heartbeat(models.Model):
    """When a part of the machinery last showed that it lives (read by /readyz)."""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.name} {self.at}"


class FormKey(models.Model):
    """A form rendered once is answered once: the same key gives the first answer again (double click, back button)."""

    owner = models.CharField(max_length=40)  # "user:5", or "stranger"
    key = models.CharField(max_length=64)
    answer = models.CharField(max_length=500, blank=True, default="")  # where the first answer redirected to
    leads_to = models.CharField(max_length=500, blank=True, default="")  # where to when that answer was never sent
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="formkey_once")]

    def __str__(self):
        return f"{self.owner} {self.key}"


class Leftover(models.Model):
    """A stored file nobody may have any more: named here by the transaction that lets go of it, deleted after it."""

    storage = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.storage}/{self.name}"
