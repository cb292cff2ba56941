"""The tags of the face: each says the right thing, in the reader's language and zone, and lets nobody's name out of its
quotes; every template compiles and every icon it asks for is drawn."""
import datetime
import re
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template import engines
from django.utils import formats, timezone, translation

from helpdesk_site.lib import looks, moments, toasts
from helpdesk_site.lib.toasts import undo_of
from helpdesk_site.templatetags import ui
from tickets import talks
from tickets.conversation.telling import LOOKS
from tickets.lists import queues

NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
ROOTS = [settings.BASE_DIR / "templates", *settings.BASE_DIR.glob("*/templates")]
TEMPLATES = sorted(
    path.relative_to(root).as_posix() for root in ROOTS for path in root.rglob("*") if path.suffix in (".html", ".txt")
)
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', Path(finders.find("icons/sprite.svg")).read_text()))


def draw(source, **context):
    return engines["django"].from_string("{% load ui i18n %}" + source).render(context)


def before(**ago):
    return NOON - datetime.timedelta(**ago)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


# --- Statuses, priorities, people ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "glyph", "tone"),
    [
        ("new", "s-new", "blue"),
        ("waits_staff", "s-new", "blue"),
        ("in_progress", "s-progress", "violet"),
        ("waits_client", "s-waiting", "amber"),
        ("paused", "s-hold", "gray"),
        ("closed", "s-closed", "green"),
    ],
)
def test_a_status_has_the_glyph_and_tone_of_its_category_and_the_operators_word(category, glyph, tone):
    """S22-S28: operators name statuses; the category says what is drawn."""
    drawn = draw("{% status category 'Our own word' %}", category=category)
    assert f"#{glyph}" in drawn and f"t-{tone}" in drawn and "Our own word" in drawn and "status-pill" in drawn


def test_a_status_wears_the_operators_tone_when_it_is_one_and_its_own_when_it_is_not():
    assert "t-pink" in looks.status("closed", "Done", True, "pink")
    assert "t-green" in looks.status("closed", "Done", True, "url(x)")
    assert "status-pill" not in looks.status("closed", "Done", False)


def test_a_status_of_a_category_nobody_knows_is_still_drawn():
    assert "s-hold" in looks.status("invented", "Odd")


@pytest.mark.parametrize(
    ("level", "key"), [(1, "low"), (10, "low"), (20, "normal"), (30, "high"), (40, "urgent"), (99, "urgent")]
)
def test_a_priority_is_drawn_by_its_urgency(level, key):
    """S204: the list of priorities is the operator's; only the urgency is ours."""
    assert f"#p-{key}" in looks.prio(level, "Any name")


def test_a_priority_without_its_word_beside_it_says_it_to_a_screen_reader():
    drawn = looks.prio(40, "Critical", False)
    assert 'role="img"' in drawn and 'aria-label="Priority: Critical"' in drawn


@pytest.mark.parametrize("name", ['<script>alert(1)</script>', '" onload="x', "O'Hara & Sons"])
def test_no_name_gets_out_of_its_quotes(name):
    """T04: names are text, wherever they are drawn."""
    everywhere = draw(
        "{% avatar name %}{% avatar name 'sm' False %}{% viewing name True %}{% status 'new' name %}{% prio 20 name %}"
        "{% prio 20 name False %}{% icon 'x' '' name %}",
        name=name,
    )
    assert "<script" not in everywhere and 'onload="x' not in everywhere.replace("&quot;", "")


def test_a_name_marked_safe_elsewhere_is_still_escaped_and_poisons_no_later_one():
    """The kept drawings are keyed by plain text."""
    from django.utils.safestring import SafeString

    looks.avatar(SafeString("<b>Kim</b>"), "", False)
    assert "<b>Kim" not in looks.avatar("<b>Kim</b>", "", False)
    assert "<b>Kim" not in looks.avatar(SafeString("<b>Kim</b>"), "", False)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mira Toland", "MT"), ("Cher", "C"), ("Jean-Luc Picard", "JP"), ("Римма Ладогина", "РЛ"), ("  ", "?")],
)
def test_initials_are_the_first_letters_of_first_and_last_name(name, letters):
    assert f">{letters}</span>" in looks.avatar(SimpleNamespace(full_name=name))


def test_a_picture_stands_for_the_initials_when_there_is_one():
    person = SimpleNamespace(full_name="Mira Toland", picture_url="/accounts/picture/1/")
    assert '<img class="avatar avatar-sm" src="/accounts/picture/1/" alt=""' in looks.avatar(person, "sm")
    assert 'alt="Mira Toland"' in looks.avatar(person, "sm", False)


@pytest.mark.parametrize(("given", "full"), [(None, 0), (1, 1), (1.4, 1), (2.5, 3), (3.5, 4), (4.5, 5), (5, 5)])
def test_a_mean_fills_the_stars_next_to_it_and_a_half_fills_one_more(given, full):
    assert looks.stars(given).count('"icon on"') == full


def test_nobody_is_said_aloud():
    assert 'aria-label="Unassigned"' in looks.avatar(None)


# --- Time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "both", "short"),
    [
        ({"seconds": 20}, "just now<span> (11:59)</span>", "0 min"),
        ({"minutes": 1}, "1 minute ago<span> (11:59)</span>", "1 min"),
        ({"minutes": 59}, "59 minutes ago<span> (11:01)</span>", "59 min"),
        ({"hours": 1}, "1 hour ago<span> (11:00)</span>", "1 h"),
        ({"hours": 23}, "23 hours ago<span> (19 November, 13:00)</span>", "23 h"),
        ({"days": 6, "hours": 23}, "6 days ago<span> (13 November, 13:00)</span>", "6 d"),
        ({"days": 8}, "12 November 2026", "12 Nov"),
        ({"days": 365}, "20 November 2025", "20 Nov 2025"),
    ],
)
def test_a_moment_is_told_as_its_age_and_its_hour_and_after_a_week_as_its_day(at_noon, ago, both, short):
    """DESIGN, part 7."""
    assert f">{both}</time>" in moments.when(before(**ago))
    assert f">{short}</time>" in moments.when(before(**ago), "short").replace("\xa0", " ")


def test_the_exact_moment_stands_beside_its_age_in_the_readers_zone_and_for_machines_in_utc(at_noon):
    with timezone.override(ZoneInfo("Europe/Moscow")):
        drawn = moments.when(before(hours=2))
    assert 'datetime="2026-11-20T10:00:00Z"' in drawn
    assert 'title="20 November 2026, 13:00, MSK"' in drawn
    assert "(13:00)" in drawn


def test_today_is_the_readers_today(at_noon):
    """In Auckland it is the 21st already, so an hour of the 20th is told with its day."""
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert "20 November, 23:00" in moments.when(before(hours=2), "clock")
        assert moments.when(before(minutes=30), "clock").count("November") == 1  # only in the title


def test_in_a_list_the_hour_stands_below_the_age_and_below_an_old_day(at_noon):
    assert moments.when(before(hours=2), "two").endswith(">2 hours ago</time><small>10:00</small>")
    assert moments.when(before(days=2), "two").endswith(">2 days ago</time><small>18 November, 12:00</small>")
    assert moments.when(before(days=9), "two").endswith(">11 November 2026</time><small>12:00</small>")


def test_only_what_still_ages_asks_the_script_to_keep_it_right(at_noon):
    assert 'data-rel="both"' in moments.when(before(hours=2))
    assert "data-rel" not in moments.when(before(days=30))
    assert "data-rel" not in moments.when(before(hours=2), "absolute")


def test_a_moment_to_come_is_told_as_its_day(at_noon):
    assert "21 November 2026" in moments.when(NOON + datetime.timedelta(days=1))


def test_no_moment_draws_nothing():
    assert moments.when(None) == ""


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", "UTC"), ("Europe/Moscow", "Europe/Moscow, UTC+3"), ("America/St_Johns", "America/St Johns, UTC−3:30")],
)
def test_the_foot_names_the_zone(zone, shown):
    with time_machine.travel(NOON), timezone.override(ZoneInfo(zone)):
        assert moments.time_zone_name() == shown


# --- Languages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "lang"), [("en", "en"), ("pt-br", "pt-BR"), ("ru", "ru")])
def test_the_page_says_its_language_as_the_web_writes_it(code, lang):
    with translation.override(code):
        assert f'lang="{lang}" dir="ltr"' in draw("{% html_attrs %}")


def test_dates_follow_the_language():
    with translation.override("ru"), time_machine.travel(NOON):
        assert "12 ноября 2026" in moments.when(before(days=8))
        assert "18 ноября, 12:00" in moments.when(before(days=2))


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("en", "1 March 2026, 09:03"),
        ("fr", "1 mars 2026 à 09:03"),
        ("ru", "1 марта 2026 г., 9:03"),
        ("pt-br", "1 de março de 2026 às 09:03"),
    ],
)
def test_the_month_in_a_date_is_written_as_the_language_writes_it(language, moment):
    """Small letters in French and Brazilian Portuguese, the genitive in Russian."""
    with translation.override(language):
        assert moments.written(datetime.datetime(2026, 3, 1, 9, 3), "DATETIME_FORMAT") == moment


MEANINGS = {
    ("kind of message", "Reply"): ("Réponse", "Ответ", "Resposta"),
    ("", "Reply"): ("Répondre", "Ответить", "Responder"),
    ("of a person", "name"): ("nom", "имя", "nome"),
    ("", "name"): ("nom", "название", "nome"),
    ("of a person", "picture"): ("photo", "фото", "foto"),
    ("of a department", "picture"): ("icône", "значок", "ícone"),
    ("organisation", "None"): ("Aucune", "Нет", "Nenhuma"),
    ("ticket type", "None"): ("Aucun", "Нет", "Nenhum"),
    ("tickets", "Closed"): ("Fermés", "Закрытые", "Fechados"),
    ("", "Closed"): ("Fermé", "Закрыто", "Fechado"),
}


@pytest.mark.parametrize("place", MEANINGS, ids=" ".join)
def test_a_word_of_two_meanings_is_said_for_each(place):
    """A tab and a badge say “reply” as a thing, a button as what to do; a ticket is closed, and tickets are."""
    context, word = place
    for language, said in zip(("fr", "ru", "pt-br"), MEANINGS[place], strict=True):
        with translation.override(language):
            assert (translation.pgettext(context, word) if context else translation.gettext(word)) == said


@pytest.mark.parametrize(
    ("language", "day"), [("en", "12 Nov"), ("fr", "12/11"), ("ru", "12.11"), ("pt-br", "12/11")]
)
def test_a_day_of_this_year_is_short_in_every_language(language, day):
    with translation.override(language), time_machine.travel(NOON):
        assert f">{day}</time>" in moments.when(before(days=8), "short")


def test_the_language_menu_offers_each_language_in_its_own_words_and_marks_the_present_one():
    with translation.override("ru"):
        rows = ui.languages()
    assert [row["name"] for row in rows][:3] == ["English", "Français", "Русский"]
    assert [row["code"] for row in rows if row["current"]] == ["ru"]


def test_the_pill_of_new_tickets_carries_a_form_for_each_kind_of_number():
    forms_of_one_two_five = re.search(r'data-words="([^"]*)"', ui.new_rows_pill())[1].split("|")
    assert forms_of_one_two_five == ["Show # new ticket", "Show # new tickets", "Show # new tickets"]


# --- Numbers, links, heads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (999, "999 B"), (218_000, "218 kB"), (6_340_000, "6.3 MB"), (2_000_000_000, "2 GB"), (None, "0 B")],
)
def test_the_size_of_a_file_is_told_in_its_largest_unit(size, said):
    assert draw("{{ size|file_size }}", size=size).replace("\xa0", " ") == said


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("image/png", "photo"), ("application/zip", "file-zip"), ("text/plain", "file-text"), (None, "file-text")],
)
def test_a_file_wears_the_icon_of_its_kind(content_type, name):
    assert looks.file_icon(content_type) == name


def test_a_message_has_a_permalink():
    """S64."""
    assert ui.message_id(4) == "m4"
    assert '<a class="msg-n" href="#m4"' in ui.message_link(4)


def test_a_heading_sorts_turns_round_and_starts_at_the_first_page(rf):
    asked = rf.get("/desk/", {"sort": "updated", "cursor": "abc", "q": "a&b"})
    drawn = draw("{% sort_head 'updated' 'Updated' 'c-time r' %}", request=asked)
    assert 'aria-sort="ascending"' in drawn and "sort=-updated" in drawn
    assert "cursor" not in drawn and "q=a%26b" in drawn
    assert "aria-sort" not in draw("{% sort_head 'subject' 'Subject' %}", request=asked)


def test_every_form_gets_a_key_of_its_own():
    assert draw("{% form_key %}") != draw("{% form_key %}")
    keys = re.findall('value="([^"]+)"', draw("{% form_key %}{% for n in 'abc' %}{% form_key %}{% endfor %}"))
    assert len(set(keys)) == 4 and all(re.fullmatch("[A-Za-z0-9_-]{16,64}", key) for key in keys)


@pytest.mark.parametrize(
    ("theme", "attribute"), [("dark", ' data-theme="dark"'), ("", ""), ("system", ""), ('"><b>', "")]
)
def test_the_theme_is_one_of_ours_or_the_devices(rf, theme, attribute):
    request = rf.get("/")
    request.COOKIES["theme"] = theme
    assert draw("{% theme_attr %}", request=request) == attribute


def test_a_message_too_long_for_a_cookie_reaches_the_next_page(rf):
    """Said on one request and read on the next; a request that says and reads nothing opens no storage."""
    told = "A long story. " * 400
    first, silent, second = rf.post("/"), rf.get("/"), rf.get("/")
    first.session = silent.session = second.session = SessionStore()
    first._messages, silent._messages = toasts.Storage(first), toasts.Storage(silent)
    answer = HttpResponse()
    toasts.toast(first, told)
    assert first._messages.update(answer) == []
    silent._messages.update(HttpResponse())
    assert "storages" not in vars(silent._messages)
    second.COOKIES = {name: morsel.value for name, morsel in answer.cookies.items()}
    assert [str(message) for message in toasts.Storage(second)] == [told]


def test_a_toast_carries_its_undo():
    assert undo_of(SimpleNamespace(extra_tags="undo 10 /t/KTR-482913/undo/x/")) == ("/t/KTR-482913/undo/x/", 10)
    assert undo_of(SimpleNamespace(extra_tags="")) is None


# --- Forms -----------------------------------------------------------------------------------------------------------


class Sample(forms.Form):
    subject = forms.CharField(help_text="One line.", max_length=140)
    kind = forms.ChoiceField(choices=[("a", "Question")], required=False)
    how = forms.ChoiceField(choices=[("a", "<b>Badly</b>")], widget=forms.RadioSelect)
    agree = forms.BooleanField(required=False)
    text = forms.CharField(widget=forms.Textarea, required=False)
    password = forms.CharField(widget=forms.PasswordInput, required=False)


def test_a_field_is_tied_to_its_help_and_its_error():
    """The contract of DESIGN, part 5: ids follow Django's own."""
    form = Sample({})
    form.is_valid()
    drawn = form["subject"].as_field_group()
    assert 'class="field field-bad t-red"' in drawn
    assert 'aria-describedby="id_subject_helptext id_subject_error"' in drawn and 'aria-invalid="true"' in drawn
    assert 'id="id_subject_helptext"' in drawn and 'id="id_subject_error"' in drawn
    assert 'class="input"' in drawn and "(optional)" not in drawn


def test_every_kind_of_control_wears_its_own_class():
    form = Sample()
    assert 'class="select"' in form["kind"].as_field_group() and "(optional)" in form["kind"].as_field_group()
    assert "<fieldset" in form["how"].as_field_group() and "&lt;b&gt;Badly" in form["how"].as_field_group()
    assert 'class="check"' in form["agree"].as_field_group()
    assert 'class="area"' in form["text"].as_field_group()
    assert "data-reveal" in form["password"].as_field_group()


def test_a_form_opens_with_a_summary_that_leads_to_each_bad_answer():
    form = Sample({})
    form.is_valid()
    drawn = form.render()
    assert 'role="alert"' in drawn and '<a href="#id_subject">' in drawn and '<a href="#id_how_0">' in drawn
    assert "Please check 2 answers" in drawn
    assert 'role="alert"' not in Sample().render()


# --- What is the same for everybody ----------------------------------------------------------------------------------


def test_a_kept_part_is_drawn_once_in_each_language_and_hears_nothing_of_its_page():
    """What one reader sees can never be kept for another."""
    page = engines["django"].from_string("{% load ui i18n %}{% kept %}{{ name }}{% translate 'Yes' %}{% endkept %}")
    assert page.render({"name": "Anna"}) == "Yes" == page.render({"name": "Carl"})
    with translation.override("ru"):
        assert page.render({"name": "Anna"}) == "Да"
    assert page.render({"name": "Anna"}) == "Yes"


@pytest.mark.parametrize("name", [f"{kind}_FORMAT" for kind in ("DATETIME", "DATE", "TIME", "MONTH_DAY", "SHORT_DATE")])
@pytest.mark.parametrize("language", ["en", "fr", "ru", "pt-br"])
def test_our_quick_way_to_write_a_date_writes_what_django_writes(name, language):
    with translation.override(language):
        assert moments.written(NOON, name) == formats.date_format(NOON, name)
    for zone in ("UTC", "Asia/Kolkata"):
        with timezone.override(zone):
            plain, ours = draw("{{ moment }}", moment=NOON), draw("{% in_full moment %}", moment=NOON)
        assert ours == plain


# --- Templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    engines["django"].get_template(name)


def test_every_icon_a_template_asks_for_is_in_the_sprite():
    asked = {
        (name, template)
        for root in ROOTS
        for template in root.rglob("*.html")
        for name in re.findall(r'{% icon ["\']([a-z0-9-]+)["\']', template.read_text())
    }
    drawn = {(name, template) for name, template in asked if name in SPRITE or f"i-{name}" in SPRITE}
    assert asked - drawn == set()


def test_every_glyph_a_tag_draws_is_in_the_sprite():
    statuses = {glyph for glyph, _tone in looks.CATEGORY_LOOKS.values()}
    priorities = {f"p-{looks.prio_key(level)}" for level in (10, 20, 30, 40)}
    files = {f"i-{name}" for name in [*looks.FILE_ICONS.values(), "file-text"]}
    ours = [*talks.ICONS.values(), *(view.icon for view in queues.VIEWS.values())]
    told = [look[0] for look in LOOKS.values()]
    assert statuses | priorities | files | {f"i-{name}" for name in (*ours, *told)} <= SPRITE


@pytest.mark.parametrize("status", [400, 500, 503])
def test_the_pages_for_our_own_failures_need_neither_request_nor_database(status):
    drawn = engines["django"].get_template(f"errors/{status}.html").render({"request_id": "7f3a20"})
    assert "<h1>" in drawn and "7f3a20" in drawn and "helpdesk.css" in drawn


def test_the_hue_of_the_brand_is_a_file_of_its_own_and_a_number(client, db):
    answer = client.get("/brand-155.css")
    assert answer.content == b":root { --hue: 155; }\n" and answer["Content-Type"].startswith("text/css")
    assert client.get("/brand-999.css").status_code == 404
