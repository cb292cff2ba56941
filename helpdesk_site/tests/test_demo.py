"""The demo world shows every state, and only where it was asked for (CONTRACT, `demo`)."""
import pytest
from django.core.management import CommandError, call_command

from departments.models import Category, PredefinedUse
from helpdesk_site.demo.stage import Stage
from mail.models import IncomingMail, OutgoingMail
from tickets.models import (
    Attachment,
    CheckPoint,
    Draft,
    Mention,
    Message,
    MessageRevision,
    PendingReply,
    Tag,
    Talk,
    Ticket,
    TimeEntry,
)

pytestmark = pytest.mark.django_db


def test_the_demo_world_has_something_real_for_every_page():
    assert Stage().load() >= 55
    shown = set(Ticket.objects.values_list("category", flat=True))
    assert shown >= set(Category.values) - {Category.PAUSED}
    assert set(Ticket.objects.values_list("client__language", flat=True)) == {"en", "fr", "ru", "pt-br"}
    assert Message.objects.filter(is_note=True).exists() and Attachment.objects.exclude(thumbnail="").exists()
    assert set(IncomingMail.objects.values_list("outcome", flat=True)) == {"rejected", "quarantined", "ignored"}
    assert not OutgoingMail.objects.waiting().exists()
    assert Tag.objects.exclude(tone="").exists() and Mention.objects.exists() and CheckPoint.objects.exists()
    assert Ticket.objects.exclude(snoozed_at=None).exists() and Ticket.objects.exclude(team=None).exists()
    assert TimeEntry.objects.filter(is_billable=True, amount__gt=0).exists() and TimeEntry.objects.count() >= 20
    assert PredefinedUse.objects.count() >= 50 and MessageRevision.objects.exists()
    assert PendingReply.objects.filter(is_later=True).exists() and Draft.objects.exists()
    assert set(Talk.objects.values_list("ticket__channel", flat=True)) == {"phone", "conference"}


def test_loading_it_twice_changes_nothing():
    Stage().load()
    before = set(Ticket.objects.values_list("number", "updated_at"))
    assert Stage().load() == 0
    assert set(Ticket.objects.values_list("number", "updated_at")) == before


def test_it_refuses_where_nobody_asked_for_it(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="HELPDESK_DEMO"):
        call_command("demo")
    assert not Ticket.objects.exists()
