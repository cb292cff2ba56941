"""Which parts are words and which are files (RFC 8621, 4.1.4; RULES, "Parts"), and what HTML says."""

import pytest

from mail.parsing import parse
from mail.parsing.flowed import unfolded
from mail.parsing.html import html_to_text

from .raw import file, mail, part, several, with_parts

TEXT = part("text/plain", "Plain words.")
HTML = part("text/html", "<p>Rich <b>words</b>.</p>")


def names(letter):
    return [file.name for file in letter.files]


def test_of_an_alternative_the_text_is_read_and_the_html_kept():
    letter = parse(with_parts("alternative", TEXT, HTML))
    assert (letter.full_text, letter.html_text, letter.files) == ("Plain words.", False, ())
    assert "<b>words</b>" in letter.html


@pytest.mark.parametrize("empty", [part("text/plain", ""), part("text/plain", " \n\xa0\n")])
def test_an_empty_text_beside_html_is_no_text(empty):
    """RULES, "Parts": empty text + HTML → HTML."""
    letter = parse(with_parts("alternative", empty, HTML))
    assert (letter.full_text, letter.html_text) == ("Rich words.", True)


def test_an_alternative_with_pictures_and_files_inside_is_read():
    """The way Apple Mail nests them."""
    inner = several("related", HTML, file("logo.png", b"x", "image/png", "inline"), boundary="c")
    rich = several("mixed", inner, file("report.pdf"), boundary="d")
    letter = parse(with_parts("alternative", TEXT, rich))
    assert (letter.full_text, names(letter)) == ("Plain words.", ["logo.png", "report.pdf"])
    assert "<b>words</b>" in letter.html


def test_several_texts_are_joined():
    """RULES, "Parts": several text parts joined."""
    letter = parse(with_parts("mixed", part("text/plain", "One."), HTML, part("text/plain", "Three.")))
    assert letter.full_text == "One.\n\nRich words.\n\nThree."
    assert "<div>One.</div>" in letter.html


def test_a_text_with_a_name_is_a_file():
    log, attached = part('text/plain; name="log.txt"', "log"), file("a.txt", b"a", "text/plain")
    letter = parse(with_parts("mixed", TEXT, log, attached))
    assert (letter.full_text, names(letter)) == ("Plain words.", ["log.txt", "a.txt"])


def test_the_only_text_is_words_even_with_a_name_and_then_a_file_too():
    """New text is never lost, nor the file somebody attached."""
    named = part("text/plain", "Words in a file.", 'Content-Disposition: inline; filename="letter.txt"')
    letter = parse(with_parts("mixed", named))
    assert (letter.full_text, names(letter)) == ("Words in a file.", ["letter.txt"])


def test_an_attached_text_is_no_words():
    letter = parse(with_parts("mixed", part("text/plain", "secret", "Content-Disposition: attachment")))
    assert (letter.full_text, names(letter)) == ("", ["file.txt"])


def test_pictures_shown_in_the_html_are_known_by_their_place():
    """RULES, "Parts": cid images inline; one that is not shown is a file like others."""
    html = part("text/html", '<p>See <img src="cid:One@x" alt="the screen"></p>')
    one = file("one.png", b"1", "image/png", "inline", "Content-ID: <one@x>")
    two = file("two.png", b"2", "image/png", "inline", "Content-ID: <two@x>")
    letter = parse(with_parts("related", html, one, two))
    assert [(each.name, each.cid, each.inline) for each in letter.files] == [
        ("one.png", "one@x", True),
        ("two.png", "two@x", False),
    ]
    assert letter.full_text == "See [image: the screen]"


def test_the_root_of_a_related_set_may_stand_anywhere():
    """RFC 2387, 3.2."""
    picture = file("a.png", b"x", "image/png", "inline", "Content-ID: <a>")
    html = part("text/html", "<p>Words</p>", "Content-ID: <root>")
    assert parse(with_parts("related", picture, html)).full_text == "Words"
    started = mail("").rstrip(b"\n") + b"\n" + several("related", picture, html, parameters='; start="<root>"')
    assert parse(started).full_text == "Words"


def test_signed_mail_is_read_and_its_signature_kept():
    letter = parse(with_parts("signed", TEXT, part("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----")))
    assert (letter.full_text, names(letter), letter.trouble) == ("Plain words.", ["signature.asc"], ())


@pytest.mark.parametrize("kind", ["application/pkcs7-mime; name=smime.p7m", "multipart/encrypted"])
def test_encrypted_mail_says_that_it_is(kind):
    """RULES, "Parts": smime.p7m shown as "encrypted"."""
    raw = mail("x", f"Content-Type: {kind}")
    assert "encrypted" in parse(raw).trouble and parse(raw).files


def test_html_that_calls_itself_text_is_html():
    letter = parse(mail("<!DOCTYPE html><html><body><p>Hello</p></body></html>"))
    assert (letter.full_text, letter.html_text) == ("Hello", True)


def test_text_that_calls_itself_html_is_text():
    letter = parse(mail("one\ntwo", "Content-Type: text/html"))
    assert letter.full_text == "one\ntwo"


def test_enriched_text_is_read():
    raw = mail("<bold>Hello</bold>\n\n<color><param>red</param>a << b</color>", "Content-Type: text/enriched")
    assert parse(raw).full_text == "Hello\na < b"


def test_a_mail_enclosed_with_nothing_said_is_read_as_passed_on():
    """A forward as an attachment: the mail stays a file, its words are shown, and nothing in it threads."""
    inner = mail("Inner words.", sender="Carl <carl@example.com>", subject="Broken", References="<x@y>")
    letter = parse(with_parts("mixed", part("message/rfc822", inner)))
    assert (names(letter), letter.full_text, letter.references) == (["Broken.eml"], "Inner words.", ())
    assert (letter.forward.sender.address, letter.forward.subject) == ("carl@example.com", "Broken")
    assert letter.sender.address == "anna@example.com"


@pytest.mark.parametrize("said", [{"subject": "Fwd: Broken"}, {"X_Forwarded_Message_Id": "<x@y>"}])
def test_a_mail_passed_on_as_a_file_beside_words_is_a_forward(said):
    """Thunderbird's and Outlook's "forward as attachment": the words are the sender's, the whole text has both."""
    inner = mail("Inner words.", sender="Carl <carl@example.com>", subject="Broken")
    letter = parse(with_parts("mixed", part("text/plain", "For you."), part("message/rfc822", inner), **said))
    assert (letter.text, letter.full_text) == ("For you.", "For you.\n\nInner words.")
    forward = letter.forward
    assert (forward.sender.address, forward.body, forward.words) == ("carl@example.com", "Inner words.", "For you.")


def test_words_beside_an_enclosed_mail_are_all_that_is_read():
    letter = parse(with_parts("mixed", TEXT, part("message/rfc822", mail("Inner words."))))
    assert (letter.full_text, letter.forward) == ("Plain words.", None)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ('<p class="MsoNormal">a</p><p class="MsoNormal">b</p>', "a\nb"),
        ('<a href="https://example.com">a link</a>', "a link"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n> b\n>\n> > c\n\nd"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b</table>", "a b"),
        ("<style>p {}</style><script>x</script><title>t</title>a", "a"),
        ("<!--[if mso]>x<![endif]-->a &amp; b&nbsp;c", "a & b c"),
        ('<img src="https://example.com/pixel.gif">a', "a"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("", ""),
    ],
)
def test_what_html_says_is_written_as_text(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a \nb\nc", "a b\nc"),
        ("a \n> b \n> c\nd", "a\n> b c\nd"),
        ("a\n-- \nAnna", "a\n-- \nAnna"),
        (" From here\n >no quote", "From here\n>no quote"),
        (">> a \n>> b", ">> a b"),
    ],
)
def test_flowed_text_is_joined(written, read):
    """RFC 3676."""
    assert unfolded(written) == read


def test_flowed_text_of_languages_without_spaces_is_joined_without():
    assert unfolded("日本 \n語", delete_space=True) == "日本語"
