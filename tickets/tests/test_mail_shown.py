"""A message that came by mail, on the pages of its ticket: who vouches for it, what it repeats, its pictures (C23)."""

import re

import pytest
from django.urls import reverse

from helpdesk_site.lib.text import RENDERER_VERSION
from tickets.conversation import mailed
from tickets.models import Attachment, Message, Verb

BORDER = "=_b"


def parts(html, *pictures, text="See the picture."):
    """The bytes of a mail from Anna with HTML and pictures: (content id, name, bytes)."""
    import base64

    lines = [
        "From: Anna <ANNA>", "To: SUPPORT", "Subject: A picture",
        f"Message-ID: <{abs(hash((html, pictures, text)))}@outside.example>", "MIME-Version: 1.0",
        f'Content-Type: multipart/related; boundary="{BORDER}"', "",
        f"--{BORDER}", f'Content-Type: multipart/alternative; boundary="{BORDER}a"', "",
        f"--{BORDER}a", "Content-Type: text/plain; charset=utf-8", "", text,
        f"--{BORDER}a", "Content-Type: text/html; charset=utf-8", "", html, f"--{BORDER}a--",
    ]  # fmt: skip
    for cid, name, data in pictures:
        lines += [
            f"--{BORDER}", f'Content-Type: image/png; name="{name}"', "Content-Transfer-Encoding: base64",
            f"Content-ID: <{cid}>", f'Content-Disposition: inline; filename="{name}"', "",
            base64.encodebytes(data).decode(),
        ]  # fmt: skip
    return "\r\n".join([*lines, f"--{BORDER}--", ""]).encode()


@pytest.fixture
def from_anna(arrive, anna, support):
    """`from_anna(html, (cid, name, bytes), …)`: what became of her mail."""

    def send(html, *pictures, **more):
        raw = parts(html, *pictures, **more).replace(b"ANNA", anna.email.encode())
        return arrive(raw.replace(b"SUPPORT", support.email.encode()))

    return send


def page_of(browser, ticket):
    return browser.get(ticket.get_absolute_url()).content.decode()


# --- Trust ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "words"), [("pass", "Authenticated mail"), ("", "Unverified mail")])
def test_staff_see_who_vouches_for_a_mail_and_clients_do_not(arrive, checking, client_of, anna, sam, verdict, words):
    """C23: a badge on each message; in the portal only that it came by mail."""
    ticket = arrive(anna, verdict=verdict).ticket
    assert words in page_of(client_of(sam), ticket)
    shown = page_of(client_of(anna), ticket)
    assert words not in shown and "By e-mail" in shown


def test_what_was_written_here_has_no_badge(ticket, client_of, sam):
    page = page_of(client_of(sam), ticket)
    assert "Unverified mail" not in page and "Authenticated mail" not in page


def test_staff_come_from_a_message_to_its_mail(arrive, client_of, anna, sam):
    got = arrive(anna)
    source = reverse("desk_mail", args=[got.row.pk])
    assert source in page_of(client_of(sam), got.ticket)
    assert source not in page_of(client_of(anna), got.ticket)


# --- What a mail repeats ----------------------------------------------------------------------------------------------

REPLY = "Thank you.\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@helpdesk.example> wrote:\n> Try <b>again</b>.\n"


@pytest.mark.parametrize("person", ["sam", "anna"])
def test_what_a_mail_repeats_is_one_click_away(arrive, client_of, cast, person):
    """FIELD 2.2: nothing of a client's mail is cut away for good."""
    got = arrive(cast.anna, text=REPLY)
    assert got.message.body == "Thank you."
    page = page_of(client_of(getattr(cast, person)), got.ticket)
    quoted = re.search(r'<details class="quoted">.*?</details>', page, re.DOTALL)[0]
    assert "Show quoted text" in quoted and "Try &lt;b&gt;again&lt;/b&gt;." in quoted
    assert "Thank you." not in quoted


def test_a_mail_that_repeats_nothing_has_nothing_to_fold(arrive, client_of, anna, sam):
    got = arrive(anna)
    assert got.message.quoted == "" and "Show quoted text" not in page_of(client_of(sam), got.ticket)


def test_a_long_one_leads_to_its_whole_text(arrive, client_of, cast):
    """S43: the page stays small, and nothing is lost."""
    got = arrive(cast.anna, text=REPLY + "".join(f"> line {number}\n" for number in range(2000)))
    address = reverse("message_whole", args=[got.ticket.number, got.message.pk])
    for person in (cast.sam, cast.anna):
        page = page_of(client_of(person), got.ticket)
        assert address in page and "line 1999" not in page
        answer = client_of(person).get(address)
        assert "Thank you." in answer.content.decode() and "line 1999" in answer.content.decode()
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client_of(cast.carl).get(address).status_code == 404


def test_the_whole_text_of_a_note_is_for_staff(arrive, client_of, cast, ticket, say, letter_to):
    """S161."""
    say(ticket, cast.sam)
    headers = {"In-Reply-To": letter_to(cast.anna, ticket).message_id, "Auto-Submitted": "auto-replied"}
    note = arrive(cast.anna, text="I am away.", headers=headers).message
    address = reverse("message_whole", args=[ticket.number, note.pk])
    assert client_of(cast.sam).get(address).status_code == 200
    assert client_of(cast.anna).get(address).status_code == 404


def test_a_message_of_another_ticket_is_not_found_here(arrive, client_of, cast, open_ticket):
    other = open_ticket(client=cast.carl)
    address = reverse("message_whole", args=[arrive(cast.anna).ticket.number, other.messages.get().pk])
    assert client_of(cast.anna).get(address).status_code == 404


# --- Automatic mail ---------------------------------------------------------------------------------------------------


def test_an_automatic_mail_is_shown_as_what_it_is(arrive, client_of, cast, ticket, say, letter_to):
    """T11: never as a note that the client wrote; nobody may change it."""
    say(ticket, cast.sam)
    headers = {"In-Reply-To": letter_to(cast.anna, ticket).message_id, "Auto-Submitted": "auto-replied"}
    got = arrive(cast.anna, text="I am away until Monday.", headers=headers)
    note = got.message
    assert note.is_note and not note.by_staff
    page = page_of(client_of(cast.sam), ticket)
    drawn = re.search(rf'<li class="msg msg-machine" id="{note.anchor}">.*?</article></li>', page, re.DOTALL)[0]
    assert "Automatic mail, staff only" in drawn and "Internal note" not in drawn
    assert reverse("message_edit", args=[ticket.number, note.pk]) not in drawn
    assert "I am away until Monday." not in page_of(client_of(cast.anna), ticket)


def test_it_stands_in_the_thread_once(arrive, client_of, cast, ticket, say, letter_to):
    say(ticket, cast.sam)
    headers = {"In-Reply-To": letter_to(cast.anna, ticket).message_id, "Auto-Submitted": "auto-replied"}
    arrive(cast.anna, text="I am away.", headers=headers)
    page = page_of(client_of(cast.sam), ticket)
    thread = page[page.index('id="thread"') : page.index("composer")]
    assert "An automatic mail of" not in thread


# --- May belong -------------------------------------------------------------------------------------------------------


def test_staff_are_led_to_the_ticket_a_stranger_named(arrive, client_of, cast, ticket, support, billing, set_policy):
    """T10: the mail of somebody without sight of it is a ticket of its own, and says so to staff alone."""
    set_policy(support, email_new="anyone")
    got = arrive("eve@outside.example", subject=f"Re: [{ticket.number}] Shop")
    assert got.ticket != ticket and got.ticket.events.get(verb=Verb.OPENED).data["may_belong"] == ticket.number
    page = page_of(client_of(cast.sam), got.ticket)
    assert f'May belong to <a href="{ticket.get_absolute_url()}">{ticket.number}</a>' in page


def test_a_ticket_of_another_department_is_named_without_a_link(arrive, client_of, cast, open_ticket, set_policy):
    """S119."""
    set_policy(cast.support, email_new="anyone")
    other = open_ticket(department=cast.billing)
    got = arrive("eve@outside.example", subject=f"Re: [{other.number}] Shop")
    page = page_of(client_of(cast.sam), got.ticket)
    assert f"May belong to {other.number}:" in page and other.get_absolute_url() not in page


# --- Pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["sam", "anna"])
def test_a_picture_is_shown_in_its_place(from_anna, client_of, cast, picture, person):
    """S199: from our own files, through the ticket."""
    html = '<p>See <img src="cid:shot@x" alt="the error"> here</p>'
    got = from_anna(html, ("shot@x", "shot.png", picture((400, 300))))
    file = Attachment.objects.get(message=got.message)
    address = reverse("attachment", args=[file.token, "shot.png"]) + "?inline"
    browser = client_of(getattr(cast, person))
    page = page_of(browser, got.ticket)
    assert f'<a href="{address}"><img class="placed" src="{address}" alt="the error" loading="lazy"></a>' in page
    assert "cid:" not in page
    answer = browser.get(address)
    assert answer["Content-Type"] == "image/png" and answer["Content-Disposition"].startswith("inline")


def test_it_is_not_listed_once_more_among_the_files(from_anna, client_of, sam, picture):
    got = from_anna('<p>See <img src="cid:shot@x"></p>', ("shot@x", "shot.png", picture((400, 300))))
    page = page_of(client_of(sam), got.ticket)
    assert "1 picture of the mail" in page
    assert page.count("<b dir=\"auto\">shot.png</b>") == 1


def test_a_picture_of_another_ticket_is_never_shown(from_anna, arrive, client_of, cast, picture):
    """T10: the content id is the sender's word; only the mail's own files are looked at."""
    secret = from_anna('<p>See <img src="cid:secret@x"></p>', ("secret@x", "secret.png", picture((40, 30))))
    other = from_anna('<p>Give me <img src="cid:secret@x" alt="it"></p>')
    token = str(Attachment.objects.get(message=secret.message).token)
    page = page_of(client_of(cast.anna), other.ticket)
    assert token not in page and "[Picture: it]" in page


def test_nothing_but_a_safe_picture_is_shown_in_place(from_anna, client_of, sam):
    """T14: SVG and HTML that call themselves pictures stay files."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    got = from_anna('<p>See <img src="cid:x@x" alt="it"></p>', ("x@x", "x.svg", svg))
    page = page_of(client_of(sam), got.ticket)
    assert "?inline" not in page and "[Picture: it]" in page


def test_foreign_pictures_are_links_with_a_word_of_warning(from_anna, client_of, cast):
    """T03: nothing is loaded from elsewhere; pixels that only report are gone."""
    pixel = '<img src="https://t.example/o.gif" width=1 height=1>'
    got = from_anna(f'<p>Hi<img src="https://news.example/a.png" alt="Sale">{pixel}</p>')
    for person in (cast.sam, cast.anna):
        page = page_of(client_of(person), got.ticket)
        assert '<a class="foreign-picture" href="https://news.example/a.png" target="_blank"' in page
        assert "Sale (picture at news.example)" in page
        assert "Pictures on other servers are not loaded" in page
        assert "t.example" not in page


def test_logos_of_signatures_are_folded(from_anna, client_of, sam, picture, anna):
    """Small ones, and those an earlier mail brought too, as long as the text does not show them."""
    large = picture((300, 90)) + b"\0" * 20_000
    first = from_anna('<p>One <img src="cid:logo@x"></p>', ("logo@x", "logo.png", large))
    message = first.message
    copy = Attachment.objects.get(message=message)
    plain = Attachment(name="log.txt", content_type="text/plain", size=3)
    again = Attachment(name="logo.png", content_type="image/png", size=20_000, sha256=copy.sha256, cid="other@x")
    small = Attachment(name="dot.png", content_type="image/png", size=900, sha256="1", cid="dot@x")
    fresh = Attachment(name="shot.png", content_type="image/png", size=90_000, sha256="2", cid="shot@x")
    seen = set()
    assert mailed.apart(message.html, [copy], seen) == ([], [copy])
    assert mailed.apart("<p>Two</p>", [plain, again, small, fresh], seen) == ([plain, fresh], [again, small])
    assert mailed.apart("<p>Three</p>", [plain], seen) == ([plain], [])


def test_a_mail_rendered_before_is_cleaned_anew_and_keeps_its_pictures(from_anna, client_of, sam, picture):
    """SECURITY, mail body: an older renderer's HTML is sanitised again when read."""
    got = from_anna('<p>See <img src="cid:shot@x"></p>', ("shot@x", "shot.png", picture((400, 300))))
    message = got.message
    hostile = message.html + "<script>alert(1)</script><img src=https://t.example/o.png>"
    Message.objects.filter(pk=message.pk).update(renderer=RENDERER_VERSION - 1, html=hostile)
    page = page_of(client_of(sam), got.ticket)
    assert 'class="placed"' in page and "alert(1)" not in page and 'src="https://t.example' not in page


def test_our_letters_show_words_in_the_place_of_pictures(from_anna, letter_to, cast, picture):
    """T12: what staff get of a client's mail loads nothing and leads nowhere unseen."""
    got = from_anna(
        '<p>See <img src="cid:shot@x" alt="it"><img src="https://t.example/a.png"></p>', ("shot@x", "s.png", picture())
    )
    (letter,) = got.letters_to(cast.sam) or [None]
    assert letter is None or ("[Picture: it]" in letter.html and "t.example" not in letter.html)


def test_pages_cost_no_statement_more_for_pictures(from_anna, arrive, client_of, cast, statements, picture):
    """T27."""
    plain = arrive(cast.anna).ticket
    pictured = from_anna('<p>See <img src="cid:shot@x"></p>', ("shot@x", "shot.png", picture((400, 300)))).ticket
    for person in (cast.sam, cast.anna):
        browser = client_of(person)
        page_of(browser, plain), page_of(browser, pictured)
        with statements() as one:
            page_of(browser, plain)
        with statements() as other:
            page_of(browser, pictured)
        assert len(one) == len(other)


# --- Signed and encrypted ---------------------------------------------------------------------------------------------

SIGNED = """--b
Content-Type: text/plain

It burns.
--b
Content-Type: {kind}; name="{name}"
Content-Disposition: attachment; filename="{name}"

the signature
--b--"""
ENCRYPTED = """--b
Content-Type: application/pgp-encrypted

Version: 1
--b
Content-Type: application/octet-stream; name="encrypted.asc"

-----BEGIN PGP MESSAGE-----
--b--"""


@pytest.mark.parametrize(
    ("kind", "name"),
    [("application/pgp-signature", "signature.asc"), ("application/pkcs7-signature", "smime.p7s")],
)
@pytest.mark.parametrize("types", ["pdf", None])
def test_a_signed_mail_is_taken_without_a_word_of_its_signature(arrive, anna, support, set_policy, kind, name, types):
    """mail/RULES, Parts: kept where the policy takes it; nobody is told that a part of their program was not."""
    set_policy(support, client_file_types=types)
    head = {"Content-Type": f"multipart/signed; boundary=b; protocol={kind}"}
    got = arrive(anna, text=SIGNED.format(kind=kind, name=name), headers=head)
    assert got.message.body == "It burns." and not [mail for mail in got.letters if mail.kind == "refused"]
    assert [file.name for file in got.message.attachments.all()] == ([] if types else [name])


@pytest.mark.parametrize("person", ["anna", "sam"])
@pytest.mark.parametrize(
    ("head", "text", "name"),
    [
        ("multipart/encrypted; boundary=b; protocol=application/pgp-encrypted", ENCRYPTED, "encrypted.asc"),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "sealed", "smime.p7m"),
    ],
)
def test_an_encrypted_mail_is_kept_and_says_so(arrive, client_of, cast, person, head, text, name):
    """mail/RULES, Parts."""
    got = arrive(cast.anna, text=text, headers={"Content-Type": head})
    assert [file.name for file in got.message.attachments.all()] == [name]
    assert not [mail for mail in got.letters if mail.kind == "refused"]
    page = client_of(getattr(cast, person)).get(f"/t/{got.ticket.number}/").content.decode()
    assert "encrypted: only who has the key can read it" in page
