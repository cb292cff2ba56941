"""T07 for this app: every task three times, and the state of the first time."""
from datetime import timedelta

from django.utils import timezone

from mail import tasks
from mail.models import OutgoingMail


def test_the_quick_path_three_times_sends_once(server, write):
    mail = write()
    for _ in range(3):
        tasks.deliver(mail.pk)
    assert len(server.letters) == 1


def test_the_sure_path_three_times_sends_once(server, write):
    write()
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    for _ in range(3):
        tasks.sweep()
    assert len(server.letters) == 1


def test_a_kick_for_letters_that_were_never_committed_does_nothing(server, db):
    tasks.deliver(1, 2, 3)
    assert server.letters == []
