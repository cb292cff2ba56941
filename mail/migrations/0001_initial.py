import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(editable=False, max_length=255, verbose_name='Message-ID')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('reference', models.CharField(blank=True, default='', max_length=80, verbose_name='about')),
                ('to_address', models.CharField(max_length=320, verbose_name='recipient')),
                ('to_name', models.CharField(blank=True, default='', max_length=200, verbose_name="recipient's name")),
                ('from_address', models.CharField(blank=True, default='', max_length=320, verbose_name='sender')),
                ('from_name', models.CharField(blank=True, default='', max_length=200, verbose_name="sender's name")),
                ('reply_to', models.CharField(blank=True, default='', max_length=320, verbose_name='answers go to')),
                ('language', models.CharField(blank=True, default='', max_length=10, verbose_name='language')),
                ('subject', models.CharField(blank=True, default='', max_length=500, verbose_name='subject')),
                ('text', models.TextField(blank=True, default='', verbose_name='text')),
                ('html', models.TextField(blank=True, default='', verbose_name='HTML')),
                ('in_reply_to', models.CharField(blank=True, default='', max_length=255)),
                ('references', models.TextField(blank=True, default='')),
                ('headers', models.JSONField(blank=True, default=dict)),
                ('secret', models.BooleanField(default=False, verbose_name='carries a secret')),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sending', 'Being sent'), ('sent', 'Delivered to the mail server'), ('retry', 'Will be tried again'), ('failed', 'Not delivered'), ('cancelled', 'Cancelled')], default='queued', max_length=9, verbose_name='state')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='not before')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('retry_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_by', models.CharField(blank=True, default='', max_length=80)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                ('trouble', models.CharField(blank=True, choices=[('bad_address', 'The address is not a valid e-mail address.'), ('cannot_build', 'The letter could not be put together.'), ('unreachable', 'The mail server could not be reached.'), ('broken_off', 'The connection to the mail server broke off.'), ('delayed', 'The mail server asked to try again later.'), ('refused', 'The mail server refused the letter.'), ('unreadable', 'A file of the letter could not be read.'), ('expired', 'It was tried for two days without success.'), ('without_files', 'A file was missing, so the letter went without it.')], default='', max_length=13, verbose_name='trouble')),
                ('answer', models.TextField(blank=True, default='', verbose_name="the mail server's answer")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outbox',
            },
        ),
        migrations.CreateModel(
            name='OutgoingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(blank=True, default='', max_length=150)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('stored_as', models.CharField(max_length=255)),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='mail.outgoingmail')),
            ],
            options={
                'verbose_name': 'file of a letter',
                'verbose_name_plural': 'files of a letter',
            },
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['due_at'], name='outgoingmail_queued'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'retry')), fields=['retry_at'], name='outgoingmail_retry'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_at'], name='outgoingmail_sending'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['id'], name='outgoingmail_failed'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(fields=['to_address'], name='outgoingmail_to_address'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(fields=['reference'], name='outgoingmail_reference', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.UniqueConstraint(fields=('message_id',), name='outgoingmail_message_id_once'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sending', 'sent', 'retry', 'failed', 'cancelled'])), name='outgoingmail_known_state'),
        ),
    ]
