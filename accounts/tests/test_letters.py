"""Letters about an account: in the reader's language, plain and HTML, their secrets blanked and kept out of the log."""
import logging

import pytest
from django.utils import translation

from accounts import confirmations, letters
from accounts.models import User
from helpdesk_site.logs import JsonFormatter

from .post import last_letter, link_in


def test_a_letter_speaks_its_readers_language_whoever_caused_it(anna):
    anna.language = "ru"
    anna.save(update_fields=["language"])
    with translation.override("fr"):
        letters.password_changed(anna)
    assert last_letter(anna.email).language == "ru"


def test_a_letter_to_somebody_new_speaks_the_language_of_the_page(db):
    with translation.override("fr"):
        letters.confirm_sign_up("mira@example.org", name="Mira", token="t" * 43)
    assert last_letter("mira@example.org").language == "fr"


def test_a_name_is_never_markup_nor_a_header(db):
    """T12: a stranger chooses the name that stands in a letter to somebody else."""
    name = "<a href=//evil.example>Win</a>\r\nBcc: all@example.com"
    letters.confirm_sign_up("mira@example.org", name=name, token="t" * 43)
    letter = last_letter("mira@example.org")
    assert "<a href=//evil" not in letter.html and "\n" not in letter.to_name


def every_letter(anna):
    letters.confirm_sign_up(anna.email, name="Anna", token="t" * 43)
    letters.already_known(anna)
    letters.reset_password(anna)
    letters.invitation(anna, token="t" * 43)
    letters.no_account(anna.email)
    letters.closed(anna)
    letters.password_changed(anna)
    letters.confirm_new_address(anna, email=anna.email, token="t" * 43)
    letters.address_in_use(anna)
    letters.address_changed(anna, old=anna.email)
    letters.fresh_links(anna, links=[("KTR-482913", "t" * 43)])


@pytest.mark.parametrize("language", ["en", "fr", "ru", "pt-br"])
def test_every_letter_has_a_subject_a_text_and_html_with_the_same_links(anna, language):
    anna.language = language
    with translation.override(language):
        every_letter(anna)
    for letter in anna.mails.all():
        assert letter.subject and letter.text and letter.html and letter.secret and letter.language == language
        assert all(word in letter.html for word in letter.text.split() if word.startswith("http://"))
    assert len({letter.subject for letter in anna.mails.all()}) >= 8


def test_no_token_reaches_the_log(client, anna):
    """V16."""
    ute = User.objects.create_user("ute@example.org")
    confirmations.invite(ute)
    confirmations.ask_new_address(anna, email="anna@example.net")
    confirmations.ask_sign_up("mira@example.org", name="", password="three quiet words")
    letters.reset_password(anna)
    addresses = ("ute@example.org", "anna@example.net", "mira@example.org", "anna@example.com")
    for link in (link_in(last_letter(address)) for address in addresses):
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Gone: %s", (link,), None)
        assert link.rstrip("/").rpartition("/")[2][-20:] not in JsonFormatter().format(record)
