import departments.models.department
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0007_unwanted_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(blank=True, default=dict, editable=False, verbose_name="translations")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_billable", models.BooleanField(default=False, verbose_name="billable unless said otherwise")),
                (
                    "hourly",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Empty: the amount is typed with each entry.",
                        max_digits=10,
                        null=True,
                        verbose_name="price of an hour",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(999)], verbose_name="order"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "verbose_name": "activity",
                "verbose_name_plural": "activities",
                "ordering": ["position", "name"],
            },
        ),
        migrations.AddField(
            model_name="department",
            name="merge_across",
            field=models.BooleanField(
                blank=True,
                help_text="The client of the ticket that stays then reads the messages of the other one.",
                null=True,
                verbose_name="tickets of different organisations may be merged",
            ),
        ),
        migrations.AddField(
            model_name="portal",
            name="merge_across",
            field=models.BooleanField(
                blank=True,
                help_text="The client of the ticket that stays then reads the messages of the other one.",
                null=True,
                verbose_name="tickets of different organisations may be merged",
            ),
        ),
        migrations.CreateModel(
            name="ChecklistTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(blank=True, default=dict, editable=False, verbose_name="translations")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("points", models.TextField(help_text="One a line.", verbose_name="points")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                (
                    "departments",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None chosen: all.",
                        related_name="checklists",
                        to="departments.department",
                        verbose_name="departments",
                    ),
                ),
            ],
            options={
                "verbose_name": "checklist",
                "verbose_name_plural": "checklists",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="ReplyCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(blank=True, default=dict, editable=False, verbose_name="translations")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "inside",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="departments.replycategory",
                        verbose_name="inside",
                    ),
                ),
            ],
            options={
                "verbose_name": "category of predefined replies",
                "verbose_name_plural": "categories of predefined replies",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="PredefinedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="For staff: what it is found by.", max_length=120, verbose_name="name"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "assign",
                    models.CharField(
                        blank=True,
                        choices=[("", "leave it as it is"), ("me", "to whoever sends it"), ("nobody", "to nobody")],
                        default="",
                        max_length=6,
                        verbose_name="assign",
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="tags")),
                (
                    "snooze_hours",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: does not. The ticket comes back then, or when the client writes.",
                        verbose_name="snooze, hours",
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False, verbose_name="sent")),
                ("used_at", models.DateTimeField(editable=False, null=True, verbose_name="last sent")),
                (
                    "departments",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None chosen: all.",
                        related_name="predefined_replies",
                        to="departments.department",
                        verbose_name="departments",
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="departments.priority",
                        verbose_name="priority",
                    ),
                ),
                (
                    "status",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="departments.status",
                        verbose_name="status",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="departments.replycategory",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "predefined reply",
                "verbose_name_plural": "predefined replies",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(blank=True, default=dict, editable=False, verbose_name="translations")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="teams",
                        to="departments.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "members",
                    models.ManyToManyField(
                        blank=True, related_name="teams", to=settings.AUTH_USER_MODEL, verbose_name="members"
                    ),
                ),
            ],
            options={
                "verbose_name": "team",
                "verbose_name_plural": "teams",
                "ordering": ["department__position", "name"],
            },
        ),
        migrations.CreateModel(
            name="PredefinedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("fr", "French"),
                            ("ru", "Russian"),
                            ("pt-br", "Brazilian Portuguese"),
                        ],
                        help_text="Empty: for every language without a text of its own.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="departments.predefinedreply",
                    ),
                ),
            ],
            options={
                "verbose_name": "text",
                "verbose_name_plural": "texts",
                "ordering": ["language"],
                "constraints": [models.UniqueConstraint(fields=("reply", "language"), name="predefinedtext_once")],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("fr", "French"),
                            ("ru", "Russian"),
                            ("pt-br", "Brazilian Portuguese"),
                        ],
                        help_text="Empty: all languages.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all departments.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="departments.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: everybody without one of their own.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ["user__name", "department__position", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("user", 0),
                        django.db.models.functions.comparison.Coalesce("department", 0),
                        models.F("language"),
                        name="signature_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PredefinedUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("times", models.PositiveIntegerField(default=0)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="departments.department"
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="departments.predefinedreply",
                    ),
                ),
                (
                    "status",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="departments.status"
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="departments.tickettype",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="predefineduse_day")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("department"),
                        models.F("day"),
                        models.F("reply"),
                        models.F("status"),
                        django.db.models.functions.comparison.Coalesce("type", 0),
                        name="predefineduse_once",
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name="lettertemplate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receipt", "Receipt of a new ticket"),
                    ("reply", "Reply to a client"),
                    ("closed", "Ticket closed"),
                    ("reminder", "Reminder before closing"),
                    ("auto_closed", "Ticket closed by itself"),
                    ("joined", "Invitation to take part"),
                    ("merged", "Tickets merged"),
                    ("split", "Messages moved to a ticket of their own"),
                    ("new_ticket", "New ticket"),
                    ("client_reply", "A client’s reply"),
                    ("note", "Internal note, to staff"),
                    ("assigned", "Assignment, to staff"),
                    ("flagged", "Flag, to staff"),
                    ("escalated", "Escalation, to staff"),
                    ("changed", "Change of a watched ticket, to staff"),
                    ("woken", "Snoozed ticket that comes back, to staff"),
                ],
                max_length=30,
                verbose_name="letter",
            ),
        ),
        migrations.AlterField(
            model_name="ruleaction",
            name="do",
            field=models.CharField(
                choices=[
                    ("move", "move to department"),
                    ("status", "set status"),
                    ("priority", "set priority"),
                    ("flag", "flag to"),
                    ("assign", "assign to"),
                    ("reply", "reply to the client"),
                    ("note", "add a note"),
                    ("mail", "mail to staff"),
                    ("tag", "put tags on"),
                    ("team", "give to a team"),
                ],
                max_length=8,
                verbose_name="do",
            ),
        ),
        migrations.AddField(
            model_name="staffplace",
            name="gathered",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="staffplace",
            name="shown",
            field=models.JSONField(blank=True, default=departments.models.department.shown_unasked, editable=False),
        ),
        migrations.AddField(
            model_name="portal",
            name="client_link",
            field=models.CharField(
                blank=True,
                help_text="Shown to staff beside each ticket and on the client's card. {email} stands for the client's address, {id} for their number here.",
                max_length=300,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\Ahttps?://[^\\s{}]*(\\{(email|id)\\}[^\\s{}]*)*\\Z",
                        "Enter an address such as https://billing.example.com/clients?mail={email}",
                    )
                ],
                verbose_name="link to a client in your billing",
            ),
        ),
    ]
