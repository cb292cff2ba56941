"""Rules as rows: when all conditions hold, the actions run in order, once per crossing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .department import Department


class Rule(models.Model):
    """An escalation rule. `after_minutes` is wall time since `since`; conditions and actions are ordered rows."""

    class Since(models.TextChoices):
        WAITING = "waiting", _("the client has waited for a reply")
        LAST_MESSAGE = "last_message", _("the last public message")
        CREATED = "created", _("the ticket was opened")

    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("switched on"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    departments = models.ManyToManyField(
        Department, blank=True, related_name="rules", verbose_name=_("departments"), help_text=_("None chosen: all.")
    )
    since = models.CharField(_("counted from when"), max_length=12, choices=Since.choices, default=Since.WAITING)
    after_minutes = models.PositiveIntegerField(_("after minutes"), default=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")

    def __str__(self):
        return self.name


class RuleCondition(models.Model):
    """One condition; `values` are codes. All conditions of a rule must hold."""

    class Field(models.TextChoices):
        STATUS = "status", _("status")
        PRIORITY = "priority", _("priority")
        ASSIGNED = "assigned", _("looked after by somebody")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="conditions")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    field = models.CharField(_("what"), max_length=12, choices=Field.choices)
    values = models.JSONField(_("is one of"), default=list, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")

    def __str__(self):
        return f"{self.field}: {', '.join(map(str, self.values))}"


class RuleAction(models.Model):
    """One action; what `value` means depends on the verb: a code, a person's id, or a text."""

    class Do(models.TextChoices):
        MOVE = "move", _("move to department")
        STATUS = "status", _("set status")
        PRIORITY = "priority", _("set priority")
        FLAG = "flag", _("flag to")
        ASSIGN = "assign", _("assign to")
        REPLY = "reply", _("reply to the client")
        NOTE = "note", _("add a note")
        MAIL = "mail", _("mail to staff")
        TAG = "tag", _("put tags on")
        TEAM = "team", _("give to a team")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="actions")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    do = models.CharField(_("do"), max_length=8, choices=Do.choices)
    value = models.TextField(_("with"), blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")

    def __str__(self):
        return f"{self.get_do_display()} {self.value[:40]}"
