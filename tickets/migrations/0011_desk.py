import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def name_keys(apps, schema_editor):
    """What each tag is compared by; a second spelling of one word keeps its own."""
    taken = set()
    for tag in apps.get_model("tickets", "Tag").objects.order_by("pk"):
        key = tag.name.casefold()
        tag.key = f"{key} {tag.pk}" if key in taken else key
        taken.add(tag.key)
        tag.save(update_fields=["key"])


def take_statistics(apps, schema_editor):
    """Without them PostgreSQL guesses wrongly what the new columns hold, until it looks for itself: half a second for
    the counts of a desk with a million tickets."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE tickets_ticket, tickets_message, tickets_notification")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_unwanted_letters"),
        ("accounts", "0006_digest"),
        ("departments", "0008_desk"),
        ("tickets", "0010_people_and_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("click", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("act", models.CharField(max_length=20)),
                ("params", models.JSONField(default=dict)),
                ("tickets", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waits"),
                            ("running", "runs"),
                            ("done", "done"),
                            ("stopped", "stopped"),
                            ("undoing", "is taken back"),
                            ("undone", "taken back"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("failed", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("total", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["user", "-id"], name="bulkjob_of"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running", "undoing"])),
                        fields=["moved_at"],
                        name="bulkjob_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, verbose_name="point")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checklist", to="tickets.ticket"
                    ),
                ),
            ],
            options={"ordering": ["position", "id"]},
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(max_length=1000)),
                ("columns", models.JSONField(blank=True, default=list)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: mine alone.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="departments.department",
                        verbose_name="shared with",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["position", "name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Talk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="when")),
                (
                    "minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="minutes",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone number")),
                (
                    "state",
                    models.CharField(
                        blank=True,
                        choices=[("pending", "pending"), ("accepted", "accepted")],
                        max_length=8,
                        verbose_name="state of the call",
                    ),
                ),
                ("link", models.URLField(blank=True, verbose_name="link to the meeting")),
                ("pass_code", models.CharField(blank=True, max_length=60, verbose_name="pass code")),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="talk", to="tickets.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("relates", "relates to"),
                            ("blocks", "blocks"),
                            ("duplicates", "is a duplicate of"),
                            ("parent", "is the parent of"),
                            ("incident", "is the incident behind"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links_back", to="tickets.ticket"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "other", "kind"), name="ticketlink_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ticket", models.F("other")), _negated=True), name="ticketlink_to_another"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "minutes",
                    models.PositiveIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(10080)], verbose_name="minutes"
                    ),
                ),
                ("is_billable", models.BooleanField(default=False, verbose_name="billable")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="amount",
                    ),
                ),
                (
                    "invoicing",
                    models.CharField(
                        choices=[
                            ("no", "do not invoice"),
                            ("next", "with the next invoice"),
                            ("now", "invoice at once"),
                            ("done", "invoiced"),
                        ],
                        default="no",
                        max_length=4,
                        verbose_name="invoicing",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="description")),
                ("day", models.DateField(verbose_name="day")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="departments.activity",
                        verbose_name="activity",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="time_entries",
                        to="tickets.message",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="time_entries", to="tickets.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "time entry",
                "verbose_name_plural": "time entries",
                "ordering": ["day", "id"],
                "indexes": [
                    models.Index(fields=["day", "id"], name="timeentry_day"),
                    models.Index(fields=["user", "day", "id"], name="timeentry_of"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ViewChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("builtin", models.CharField(blank=True, default="", max_length=20)),
                ("columns", models.JSONField(blank=True, default=list)),
                ("sort", models.CharField(blank=True, default="", max_length=20)),
                ("pinned", models.BooleanField(default=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="view_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="choices",
                        to="tickets.savedview",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("view__isnull", False)), fields=("user", "view"), name="viewchoice_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("view", None)), fields=("user", "builtin"), name="viewchoice_of_ours_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Watcher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="watchers", to="tickets.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="watched", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("user", "ticket"), name="watcher_once")]},
        ),
        migrations.AddField(
            model_name="message",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="deleted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pendingreply",
            name="after",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="pendingreply",
            name="is_later",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="pendingreply",
            name="seen",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="ticket",
            name="has_merged",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="ticket",
            name="hidden",
            field=models.CharField(
                blank=True, choices=[("", "listed"), ("spam", "Spam"), ("trash", "Trash")], default="", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="hidden_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="tickets",
                to="departments.team",
                verbose_name="team",
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("opened", "opened"),
                    ("replied", "replied"),
                    ("noted", "note added"),
                    ("edited", "message changed"),
                    ("status", "status changed"),
                    ("settled", "status settled by itself"),
                    ("closed", "closed"),
                    ("auto_closed", "closed by itself"),
                    ("reminded", "reminder sent"),
                    ("reopened", "reopened"),
                    ("assigned", "assigned"),
                    ("priority", "priority changed"),
                    ("type", "type changed"),
                    ("subject", "subject changed"),
                    ("moved", "moved to another department"),
                    ("flagged", "flagged"),
                    ("unflagged", "flag taken off"),
                    ("escalated", "escalated by a rule"),
                    ("alerted", "staff told by a rule"),
                    ("undone", "undone"),
                    ("mail_kept", "automatic mail kept"),
                    ("mail_taken", "mail accepted by staff"),
                    ("confirmed", "confirmed by the client"),
                    ("disowned", "disowned by the client"),
                    ("mail_failed", "mail could not be delivered"),
                    ("joined", "somebody takes part"),
                    ("parted", "somebody takes part no more"),
                    ("readdressed", "mail sent to another address"),
                    ("merged", "merged into another ticket"),
                    ("took_in", "another ticket merged into this one"),
                    ("unmerged", "merging taken back"),
                    ("split", "messages moved to a new ticket"),
                    ("unsplit", "splitting taken back"),
                    ("linked", "linked"),
                    ("unlinked", "link taken off"),
                    ("tagged", "tags changed"),
                    ("checked", "checklist changed"),
                    ("snoozed", "snoozed"),
                    ("woken", "came back from snoozing"),
                    ("spam", "marked as spam"),
                    ("not_spam", "marked as no spam"),
                    ("trashed", "moved to the trash"),
                    ("restored", "taken out of the trash"),
                    ("emptied", "deleted for good"),
                    ("deleted", "message deleted"),
                    ("undeleted", "message restored"),
                    ("redacted", "words taken out for good"),
                    ("client", "client changed"),
                    ("teamed", "given to a team"),
                    ("timed", "time logged"),
                    ("talked", "details of the call changed"),
                    ("scheduled", "reply set for later"),
                    ("unscheduled", "reply set for later called off"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)), fields=["snoozed_until"], name="ticket_snooze_due"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("snoozed_at__isnull", False)),
                fields=["department", "-snoozed_at"],
                name="ticket_snoozed",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("hidden", ""), _negated=True),
                fields=["hidden", "-hidden_at", "id"],
                name="ticket_hidden",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=models.Index(
                condition=models.Q(
                    ("verb__in", ["opened", "replied", "noted", "settled", "auto_closed", "reminded", "mail_kept"]),
                    _negated=True,
                ),
                fields=["actor", "-at"],
                name="event_acts",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["created_at"], name="ticket_created"),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="hidden",
            field=models.CharField(
                blank=True,
                choices=[("", "listed"), ("spam", "Spam"), ("trash", "Trash"), ("gone", "Deleted for good")],
                default="",
                max_length=5,
            ),
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_unread", models.BooleanField(default=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="tickets.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_unread", True)), fields=["user", "ticket"], name="mention_unread"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "ticket"), name="mention_once")],
            },
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="why")),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "it lasts"),
                            ("time", "its time has come"),
                            ("client", "the client wrote"),
                            ("hand", "somebody ended it"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="snooze", to="tickets.ticket"
                    ),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="tag",
            options={"ordering": ["key"], "verbose_name": "tag", "verbose_name_plural": "tags"},
        ),
        migrations.AddField(
            model_name="tag",
            name="key",
            field=models.CharField(default="", editable=False, max_length=120),
        ),
        migrations.AlterField(
            model_name="tag",
            name="name",
            field=models.CharField(max_length=40, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="tag",
            name="tone",
            field=models.CharField(
                blank=True,
                choices=[
                    ("blue", "Blue"),
                    ("violet", "Violet"),
                    ("amber", "Amber"),
                    ("red", "Red"),
                    ("green", "Green"),
                    ("teal", "Teal"),
                    ("pink", "Pink"),
                    ("gray", "Gray"),
                ],
                default="",
                max_length=6,
                verbose_name="colour",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("hidden", ""), _negated=True),
                fields=["department", "hidden", "-hidden_at"],
                name="ticket_department_hidden",
            ),
        ),
        migrations.RunPython(
            code=name_keys,
            reverse_code=migrations.RunPython.noop,
        ),
        migrations.AlterField(
            model_name="tag",
            name="key",
            field=models.CharField(editable=False, max_length=120, unique=True),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(models.Q(("category", "closed"), _negated=True), ("team__isnull", False)),
                fields=["team", "queue_at", "id"],
                name="ticket_of_team",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="reason",
            field=models.CharField(
                choices=[
                    ("receipt", "you opened this ticket"),
                    ("client", "this is your ticket"),
                    ("participant", "you take part in this ticket"),
                    ("contact", "support chose you to get this answer"),
                    ("organisation", "you are told of your organisation's tickets"),
                    ("assignee", "you look after this ticket"),
                    ("department", "you are told of this department's tickets"),
                    ("mention", "a colleague mentioned you in a note"),
                    ("flag", "a colleague flagged this ticket for you"),
                    ("rule", "a rule of the portal tells you"),
                    ("watcher", "you watch this ticket"),
                    ("snoozer", "you snoozed this ticket"),
                    ("team", "it was given to your team"),
                    ("author", "your reply was waiting here"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("escalated", True)), fields=["-updated_at", "-id"], name="ticket_escalated"
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["stored_as"], name="attachment_stored"),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("thumbnail", ""), _negated=True), fields=["thumbnail"], name="attachment_thumbnail"
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="digest_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="in_portal",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="notification",
            name="is_unread",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("digest_due_at__isnull", False)),
                fields=["digest_due_at"],
                name="notification_digest_due",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("in_portal", True)),
                fields=["user", "-is_unread", "-id"],
                name="notification_portal",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=models.Q(("is_unread", True)), fields=["user"], name="notification_unread"),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(fields=["user", "-at"], name="reading_latest"),
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_open_counts",
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("department"),
                models.F("status"),
                models.F("assignee"),
                models.F("snoozed_at"),
                condition=models.Q(models.Q(("category", "closed"), _negated=True), ("merged_into", None)),
                name="ticket_open_counts",
            ),
        ),
        migrations.RunPython(code=take_statistics, reverse_code=migrations.RunPython.noop),
    ]
