import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0005_who_decided"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="alarm_after",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=15,
                help_text="Minutes. When a mailbox fails for as long, operators get a letter, and another one when it is well again; a few an hour at most, whatever happens. Empty: they get none.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="operators are told after",
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="alarmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="failing_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="fails since"),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sealed_grant",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.CreateModel(
            name="KnownPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("folder", models.CharField(blank=True, default="", max_length=200)),
                ("uid_validity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="mail.mailbox"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mailbox", "folder", "uid_validity", "uid"), name="knownplace_once")
                ],
            },
        ),
        migrations.AlterField(
            model_name="mailbox",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_host", "The mail server’s name is not known. Check how it is spelt."),
                    ("forbidden", "The portal does not connect to this address: no mail server lives there."),
                    ("unreachable", "The mail server could not be reached. Check name, port and firewall."),
                    ("certificate", "The mail server’s certificate is not valid for this name, so nothing was said."),
                    ("no_tls", "No encrypted connection came about. Check the port and the encryption."),
                    ("hung", "The mail server stopped answering."),
                    ("broken_off", "The connection to the mail server broke off."),
                    ("sign_in", "The mail server refused the user name or the password."),
                    ("token", "The provider gave no access. Connect the mailbox to it again."),
                    ("provider", "The provider’s sign-in could not be reached."),
                    (
                        "sealed",
                        "Its key is missing from FIELD_ENCRYPTION_KEYS, so the password is lost. Enter it again.",
                    ),
                    ("folder", "The mail server has no such folder."),
                    ("no_other_folder", "The folder to move mails to does not exist."),
                    ("not_marked", "Mails are taken in, but the mail server refuses to mark, move or delete them."),
                    ("storing", "Mails could not be stored here, so they stay in the mailbox. Check the disk."),
                    ("protocol", "The mail server said something the portal does not understand."),
                ],
                default="",
                editable=False,
                max_length=15,
                verbose_name="problem",
            ),
        ),
    ]
