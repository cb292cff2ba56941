"""The profile, the picture, theme and language (issue part 2, bad input)."""
import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts import passes
from accounts.models import User

PROFILE = "/accounts/profile/"


def filled(**changes):
    said = {"name": "Anna Harding", "phone": "", "language": "fr", "time_zone": "Europe/Paris", "theme": "dark"}
    return {**said, **changes}


def staff_filled(**changes):
    desk = {"title": "engineer", "refresh_seconds": "60", "undo_seconds": "20", "after_reply": "next"}
    return filled(**{**desk, **changes})


def again(person):
    return User.objects.get(pk=person.pk)


def picture(size=(300, 200), form="PNG", **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def upload(content, name="me.png", kind="image/png"):
    return SimpleUploadedFile(name, content, kind)


def test_anna_says_who_she_is_and_how_she_reads(client_of, anna):
    assert client_of(anna).post(PROFILE, filled(name=" Anna  B. ", phone="+49 30 1234")).url == PROFILE
    now = again(anna)
    assert (now.name, now.phone, now.language, now.time_zone, now.theme) == (
        "Anna B.", "+49 30 1234", "fr", "Europe/Paris", "dark",
    )  # fmt: skip


def test_language_and_zone_may_be_left_to_the_browser(client_of, anna):
    client = client_of(anna)
    client.post(PROFILE, filled())
    client.post(PROFILE, filled(language="auto", time_zone="auto"))
    assert (again(anna).language, again(anna).time_zone) == ("", "")
    assert b'value="auto" selected' in client.get(PROFILE).content


def test_what_only_operators_decide_is_not_read(client_of, anna):
    """T19."""
    client_of(anna).post(
        PROFILE,
        filled(is_staff="on", is_superuser="on", is_active="", email="x@example.com", staff_notes="x", password="x",
               title="boss", refresh_seconds="0", picture="people/other.webp", id="1"),  # fmt: skip
    )
    now = again(anna)
    assert now.name == "Anna Harding" and now.language == "fr"
    assert not now.is_staff and not now.is_superuser and now.is_active and now.email == anna.email
    assert (now.title, now.refresh_seconds, now.staff_notes, now.picture.name) == ("", 30, "", "")


def test_staff_choose_how_the_desk_behaves(client_of, sam):
    client_of(sam).post(PROFILE, staff_filled(newest_first="on"))
    now = again(sam)
    assert (now.title, now.refresh_seconds, now.undo_seconds, now.after_reply) == ("engineer", 60, 20, "next")
    assert now.newest_first and not now.single_keys


def test_clients_are_not_asked_about_the_desk(client_of, anna, sam):
    assert b'name="refresh_seconds"' not in client_of(anna).get(PROFILE).content
    assert b'name="refresh_seconds"' in client_of(sam).get(PROFILE).content


def test_strangers_and_guests_have_no_profile(client_of, greta):
    guest = client_of(None)
    guest.get(reverse("guest_way_in", args=[passes.issue(greta, "KTR-482913")]))
    for client in (guest, client_of(None)):
        for method in (client.get, client.post):
            assert method(PROFILE).url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " \u200b "), ("name", "x" * 121), ("name", "x" * 1_000_000), ("phone", "1" * 41),
        ("phone", "1\x002"), ("language", "xx"), ("language", "en\x00"), ("language", "../en"), ("language", ""),
        ("time_zone", "Nowhere/Land"), ("time_zone", "../../etc/passwd"), ("time_zone", "\x00"), ("time_zone", ""),
        ("theme", "pink"), ("theme", "\"><script>"),
    ],
)  # fmt: skip
def test_nonsense_is_an_error_at_its_field_and_nothing_is_written(client_of, anna, field, value):
    answer = client_of(anna).post(PROFILE, filled(**{field: value}))
    assert answer.status_code == 200 and answer.context["form"].errors[field]
    assert again(anna).language == "en"


@pytest.mark.parametrize(
    ("field", "value"),
    [("refresh_seconds", "1"), ("refresh_seconds", "x"), ("refresh_seconds", "-30"), ("undo_seconds", "9999999999"),
     ("undo_seconds", "NaN"), ("after_reply", "shop"), ("title", "x" * 81)],
)  # fmt: skip
def test_numbers_nobody_offered_are_refused(client_of, sam, field, value):
    answer = client_of(sam).post(PROFILE, staff_filled(**{field: value}))
    assert answer.context["form"].errors[field]


def test_names_are_never_markup(client_of, anna):
    client = client_of(anna)
    client.post(PROFILE, filled(name="<b onclick=x>Anna</b>", language="en"))
    assert b"<b onclick" not in client.get(PROFILE).content


def test_a_page_that_is_refused_still_shows_the_name_as_it_is(client_of, anna):
    """The form's unsaved words are not the person's."""
    page = client_of(anna).post(PROFILE, filled(name="Mallory Moore", theme="pink")).content.decode()
    assert ">AH</span>" in page and ">MM</span>" not in page and 'value="Mallory Moore"' in page


# The picture


def with_location():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(form="JPEG", exif=exif)


def stored(person):
    return again(person).picture


def test_a_picture_is_made_anew_without_metadata(client_of, anna):
    client_of(anna).post(PROFILE, filled(new_picture=upload(with_location(), "me.jpg", "image/jpeg")))
    content = stored(anna).open().read()
    with Image.open(io.BytesIO(content)) as made:
        assert made.format == "WEBP" and made.size == (256, 256) and not made.getexif()
    assert b"taken at home" not in content and b"Exif" not in content


def test_its_file_has_a_random_name_and_goes_with_the_next_picture(client_of, anna, django_capture_on_commit_callbacks):
    client = client_of(anna)
    client.post(PROFILE, filled(new_picture=upload(picture(), "../../anna.php")))
    first = stored(anna)
    assert first.name.startswith("people/") and first.name.endswith(".webp") and "anna" not in first.name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(PROFILE, filled(new_picture=upload(picture((50, 50)))))
    assert stored(anna).name != first.name and not first.storage.exists(first.name)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(PROFILE, filled(remove_picture="on"))
    assert not stored(anna) and again(anna).picture_url == ""


def bomb():
    """40,000 by 40,000 pixels in a few kilobytes."""
    header = bytearray(picture((1, 1)))
    header[16:24] = (40_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    return bytes(header)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "me.png"), (b"hello", "me.png"), (SVG, "me.svg"), (SVG, "me.png"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 500, "me.png"), (picture()[:60], "me.png"), (bomb(), "me.png"),
        (b"GIF89a" + b"\xff" * 4000, "me.gif"), (b"%PDF-1.7 ", "me.png"),
        (picture(form="TIFF"), "me.png"), (b"x" * (5 * 1024 * 1024 + 1), "me.png"),
    ],
    ids=["empty", "text", "svg", "svg as png", "junk", "cut off", "bomb", "broken gif", "pdf", "tiff", "too large"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(client_of, anna, content, name):
    answer = client_of(anna).post(PROFILE, filled(new_picture=upload(content, name)))
    assert answer.status_code == 200 and answer.context["form"].errors["new_picture"]
    assert not stored(anna)


def test_a_picture_sent_as_text_is_nothing(client_of, anna):
    client_of(anna).post(PROFILE, filled(new_picture="me.png"))
    assert not stored(anna)


@pytest.fixture
def pictured(cast, client_of):
    """Anna and Sam have pictures."""
    client_of(cast.anna).post(PROFILE, filled(new_picture=upload(picture())))
    client_of(cast.sam).post(PROFILE, staff_filled(new_picture=upload(picture())))
    return cast


def sees(client, person):
    return client.get(again(person).picture_url).status_code == 200


def test_pictures_are_seen_by_staff_by_oneself_and_in_the_organisation(client_of, pictured):
    for who in (pictured.anna, pictured.olga, pictured.sam, pictured.ben, pictured.operator):
        assert sees(client_of(who), pictured.anna)


def test_carl_never_sees_annas_picture(client_of, pictured):
    """ARCHITECTURE, the cast: he never sees anything of Anna's."""
    assert client_of(pictured.carl).get(again(pictured.anna).picture_url).status_code == 404


def test_everybody_who_came_in_sees_staff_and_strangers_see_nobody(client_of, pictured):
    guest = client_of(None)
    guest.get(reverse("guest_way_in", args=[passes.issue(pictured.greta, "KTR-482913")]))
    assert sees(client_of(pictured.carl), pictured.sam) and sees(guest, pictured.sam)
    assert not sees(guest, pictured.anna)
    for person in (pictured.anna, pictured.sam):
        assert not sees(client_of(None), person)


def test_no_picture_and_no_person_are_the_same(client_of, pictured):
    client = client_of(pictured.sam)
    pages = [client.get(reverse("picture", args=[pk, "x"])) for pk in (pictured.carl.pk, 10**9)]
    assert {page.status_code for page in pages} == {404}


def test_a_picture_is_kept_by_its_reader_only_and_is_nothing_but_a_picture(client_of, pictured):
    """T14, V14."""
    answer = client_of(pictured.anna).get(again(pictured.anna).picture_url)
    assert answer.headers["Content-Type"] == "image/webp" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=86400"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_pictures_have_no_address_of_their_own(client_of, pictured):
    name = stored(pictured.anna).name
    for path in (f"/media/{name}", f"/{name}", f"/static/{name}"):
        assert client_of(pictured.anna).get(path).status_code == 404


# Theme, language and zone in one click


def test_a_strangers_theme_is_kept_in_a_cookie_and_annas_with_her(client_of, anna):
    stranger, client = client_of(None), client_of(anna)
    stranger.post(reverse("theme"), {"theme": "dark", "next": "/g/"})
    assert stranger.cookies["theme"].value == "dark"
    assert b'data-theme="dark"' in stranger.get("/g/").content
    client.post(reverse("theme"), {"theme": "light"})
    assert again(anna).theme == "light"


@pytest.mark.parametrize("theme", ["", "pink", "dark\x00", "x" * 1_000_000])
def test_a_theme_nobody_offered_changes_nothing(client_of, anna, theme):
    client = client_of(anna)
    assert client.post(reverse("theme"), {"theme": theme}).status_code == 302
    assert again(anna).theme == "system" and "theme" not in client.cookies


def test_the_language_menu_works_for_strangers_and_is_kept_with_anna(client_of, anna):
    stranger, client = client_of(None), client_of(anna)
    assert stranger.post(reverse("set_language"), {"language": "ru", "next": "/g/"}).url == "/g/"
    assert stranger.get("/g/").headers["Content-Language"] == "ru"
    client.post(reverse("set_language"), {"language": "pt-br"})
    assert again(anna).language == "pt-br"


@pytest.mark.parametrize("language", ["", "xx", "en\r\nSet-Cookie: a=b", "../ru"])
def test_a_language_nobody_offered_changes_nothing(client_of, anna, language):
    client = client_of(anna)
    assert client.post(reverse("set_language"), {"language": language}).status_code == 302
    assert again(anna).language == "en" and "language" not in client.cookies


@pytest.mark.parametrize("name", ["theme", "set_language", "profile_setting"])
def test_these_lead_back_to_our_own_pages_only_and_take_posts_only(client_of, anna, name):
    client = client_of(anna)
    body = {"theme": "dark", "language": "ru", "next": "https://evil.example/"}
    assert client.post(reverse(name), body).url.startswith("/")
    assert client.get(reverse(name)).status_code == 405
    assert client_of(anna, enforce_csrf_checks=True).post(reverse(name), body).status_code == 403


def test_the_browsers_zone_is_taken_over_with_one_click(client_of, anna):
    client = client_of(anna)
    client.cookies["timezone"] = "Asia/Almaty"
    assert b"Your browser is in Asia/Almaty" in client.get(PROFILE).content
    client.post(reverse("profile_setting"), {"only": "time_zone"})
    assert again(anna).time_zone == "Asia/Almaty"
    client.cookies["timezone"] = "Nowhere/Land"
    client.post(reverse("profile_setting"), {"only": "time_zone"})
    assert again(anna).time_zone == "Asia/Almaty"


def test_the_shortcuts_are_switched_off_from_the_desk(client_of, sam):
    client = client_of(sam)
    client.post(reverse("profile_setting"), {"only": "single_keys"})
    assert not again(sam).single_keys
    client.post(reverse("profile_setting"), {"only": "single_keys", "single_keys": "on"})
    assert again(sam).single_keys


def test_one_setting_changes_only_what_may_be_changed(client_of, sam):
    """T19."""
    client_of(sam).post(reverse("profile_setting"), {"only": "is_superuser", "is_superuser": "on"})
    assert not again(sam).is_superuser
