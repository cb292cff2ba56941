"""A letter is written once, in the recipient's language and time zone (ARCHITECTURE, doors)."""
import copy
from datetime import UTC, datetime

import pytest

from mail.render import known_zone, render_letter, without_gaps


@pytest.fixture
def letter(settings, tmp_path):
    """A letter's three templates of our own, in a folder of our own."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"] = [tmp_path]
    settings.TEMPLATES[0]["OPTIONS"].pop("loaders", None)
    (tmp_path / "mail").mkdir()
    for ending, words in {
        "subject.txt": "[{{ number }}]\n {{ title }}\n",
        "txt": "{% load i18n %}\n\n{{ title }}\n\n\n\n{{ at|date:'j E Y H:i' }} {% translate 'Sunday' %}\n",
        "html": "<p lang='{{ language }}' dir='{{ direction }}'>{{ subject }}</p>{{ title }} {{ base_url }}",
    }.items():
        (tmp_path / "mail" / f"notice.{ending}").write_text(words)
    return {"number": "KTR-482913", "title": "A & <b>", "at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC)}


def test_subject_and_text_are_plain_and_the_html_is_escaped(letter):
    subject, text, html = render_letter("notice", letter, "en", "UTC")
    assert subject == "[KTR-482913] A & <b>"
    assert text == "A & <b>\n\n20 November 2026 23:30 Sunday\n"
    assert "<p lang='en' dir='ltr'>[KTR-482913] A &amp; &lt;b&gt;</p>A &amp; &lt;b&gt; http://testserver" in html


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [("fr", "Europe/Paris", "21 novembre 2026 00:30 dimanche"), ("ru", "Asia/Yekaterinburg", "21 ноября 2026 04:30"),
     ("pt-br", "America/Sao_Paulo", "20 novembro 2026 20:30"), ("xx", "No/Where", "20 November 2026 23:30 Sunday"),
     ("", None, "20 November 2026 23:30")],
)  # fmt: skip
def test_each_reader_gets_their_language_and_time(letter, language, zone, said):
    rendered = render_letter("notice", letter, language, zone)
    assert said.lower() in rendered.text.lower()
    assert f"lang='{language}'" in rendered.html or language in ("xx", "")


def test_the_readers_language_is_not_left_behind(letter):
    from django.utils import timezone, translation

    with translation.override("fr"), timezone.override("Europe/Paris"):
        render_letter("notice", letter, "ru", "UTC")
        assert translation.get_language() == "fr" and str(timezone.get_current_timezone()) == "Europe/Paris"


@pytest.mark.parametrize("zone", ["", None, "Nowhere", "../etc/passwd", "\x00", UTC, "Europe/Paris"])
def test_any_zone_is_a_zone(zone):
    assert datetime.now(known_zone(zone)).utcoffset() is not None


def test_gaps_of_template_tags_are_closed():
    assert without_gaps("\n\na  \n\n\n\nb\nc\n-- \nd -- \n\n\n") == "a\n\nb\nc\n-- \nd --\n"
