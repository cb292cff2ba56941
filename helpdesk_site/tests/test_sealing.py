"""T20: a secret in the database is sealed with the newest key, and any key of the list opens it."""

import pytest
from django.core.management import CommandError, call_command

from helpdesk_site import keys
from helpdesk_site.lib import sealing
from mail.models import Mailbox

OLD, NEW = (keys.MAKERS["FIELD_ENCRYPTION_KEYS"]() for _ in range(2))
WORDS = "a passphrase somebody made up, long enough"


@pytest.mark.parametrize("text", ["s3cret", " with spaces ", "пароль", "x" * 5000])
def test_what_was_sealed_comes_out_again_and_looks_different_each_time(text):
    sealed = sealing.seal(text)
    assert sealing.unseal(sealed) == text
    assert text not in sealed and sealed != sealing.seal(text)


def test_nothing_stays_nothing():
    assert sealing.seal("") == "" and sealing.unseal("") == ""


@pytest.mark.parametrize("other", [NEW, WORDS], ids=["made", "words"])
def test_a_new_key_in_front_opens_the_old_and_seals_the_new(other, settings):
    """Rotation."""
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    sealed = sealing.seal("s3cret")
    settings.FIELD_ENCRYPTION_KEYS = [other, OLD]
    assert sealing.unseal(sealed) == "s3cret"
    anew = sealing.seal_anew(sealed)
    settings.FIELD_ENCRYPTION_KEYS = [other]
    assert sealing.unseal(anew) == "s3cret"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed)


@pytest.mark.parametrize("broken", ["not sealed", "gAAAAA", "\x00", "é"])
def test_what_was_never_sealed_is_told(broken):
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(broken)


@pytest.mark.django_db
def test_the_command_seals_every_secret_with_the_first_key(settings, capsys):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    box = Mailbox(name="Support", host="imap.example.com", username="support")
    box.secret, box.client_secret = "s3cret", "app"
    box.save()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    box.refresh_from_db()
    assert (box.secret, box.client_secret) == ("s3cret", "app")


@pytest.mark.django_db
def test_the_command_names_what_no_key_opens_and_does_the_rest(settings):
    for name, key in (("Lost", OLD), ("Kept", NEW)):
        settings.FIELD_ENCRYPTION_KEYS = [key]
        box = Mailbox(name=name, host="imap.example.com", username="support")
        box.secret = "s3cret"
        box.save()
    with pytest.raises(CommandError, match="Lost"):
        call_command("rotate_keys")
    assert Mailbox.objects.get(name="Kept").secret == "s3cret"
