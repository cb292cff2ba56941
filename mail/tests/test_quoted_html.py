"""The HTML of a mail is shown without the old mails, as each program writes them."""

import re

import pytest

from mail.parsing.html import html_to_text
from mail.parsing.quoted_html import new_html, new_text_of

LINE = "On Tue, 3 Nov 2026 at 9:12, Anna Bell &lt;<a href='mailto:anna@example.org'>anna@example.org</a>&gt; wrote:"
OLD = "<p>Please <b>try</b> again.</p><p>Your desk</p>"
HEAD = (
    "<b>From:</b> Desk &lt;desk@example.com&gt;<br><b>Sent:</b> Tuesday, 3 November 2026 09:12<br>"
    "<b>To:</b> Anna Bell<br><b>Subject:</b> Invoice"
)


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize(
    "old",
    [
        f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{LINE}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{OLD}</blockquote></div>',
        f'<div class="x_gmail_quote"><div class="x_gmail_attr">a</div><blockquote class="x_gmail_quote">{OLD}'
        "</blockquote></div>",
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri">{HEAD}</font><div>&nbsp;</div></div><div>{OLD}</div>',
        '<div id="x_divRplyFwdMsg">whoever</div>' + OLD,
        '<div id="m_-812divRplyFwdMsg">whoever</div>' + OLD,
        f'<div><div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">{HEAD}</p></div></div>{OLD}',
        f'<span id="OLK_SRC_BODY_SECTION"><div>{HEAD}</div>{OLD}</span>',
        f'<div><br><blockquote type="cite"><div>{LINE}</div><br class="Apple-x">{OLD}</blockquote></div>',
        f'<div class="moz-cite-prefix">Le 3/11/2026, Anna a dit<br></div><blockquote type="cite" cite="mid:1@x">{OLD}'
        "</blockquote>",
        f'<div id="yahoo_quoted_4711" class="yahoo_quoted"><div>{LINE}</div><div>{OLD}</div></div>',
        f'<div class="ydp8f3a21c9yahoo_quoted">{OLD}</div>',
        f'<div class="protonmail_quote">------- Original Message -------<br>{LINE}<blockquote>{OLD}</blockquote></div>',
        f'<div class="zmail_extra"><br>---- {LINE} ----<br><blockquote>{OLD}</blockquote></div>',
        f"<div>03.11.2026, 09:12, \"Anna Bell\" &lt;anna@example.org&gt;:</div><blockquote>{OLD}</blockquote>",
        f"<div><hr id='stopSpelling'>Date: Tue, 3 Nov 2026<br>Subject: x<br>From: d@example.com<br><br>{OLD}</div>",
        f'<div id="mail-editor-reference-message-container"><div>{HEAD}</div>{OLD}</div>',
        f'<div class="ms-outlook-mobile-reference-message skipProofing"><hr>{HEAD}{OLD}</div>',
        f'<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__QUOTED_TEXT__">{OLD}</div>',
        f'<p id="reply-intro">Am 3.11., Anna:</p><blockquote type="cite">{OLD}</blockquote>',
        f'<div name="messageReplySection">{LINE}<br><blockquote type="cite">{OLD}</blockquote></div>',
        f"-----Original Message-----<br>{HEAD}<br><br>{OLD}",
        f"{LINE}<br>&gt; Please try again.<br>&gt; Your desk",
        f"<pre>{LINE}\n&gt; Please try again.\n&gt; Your desk\n</pre>",
        f"<div>{LINE}</div>{OLD}",
        f"<table><tr><td>{HEAD}</td></tr></table>{OLD}",
        f"<div>##- Please type your reply above this line -##</div>{OLD}",
    ],
)
def test_the_old_mail_is_not_shown(old):
    html = f'<html><body><div>Thank you, <b>that</b> works.</div><p>Anna</p>{old}</body></html>'
    shown = new_html(html)
    assert words(shown) == "Thank you, that works. Anna"
    assert "<b>that</b>" in shown
    assert shown.count("<body>") == shown.count("</body>") and shown.count("<div") == shown.count("</div>")
    assert new_text_of(html, html_to_text) == "Thank you, that works.\n\nAnna"


def test_new_text_below_and_between_quoted_pieces_is_shown():
    """Answers between: each with what it answers; below one whole old mail the answer alone."""
    cite = '<blockquote type="cite">{}</blockquote>'
    below = f"<div>{LINE}</div>{cite.format('Which order?')}<p>KX-17.</p>"
    assert words(new_html(below)) == "KX-17."
    between = f"<div>Hi, {LINE}</div>" + "".join(f"{cite.format(q)}<p>{a}</p>" for q, a in ("12", "34"))
    assert new_html(between) == between
    trailing = between + cite.format("Your desk<br>Bell Street 4")
    assert words(new_html(trailing)) == words(between)


def test_an_attribution_of_an_indented_old_mail_takes_only_what_is_indented():
    html = f"<p>Yes.</p><blockquote><div>{LINE}</div><div>Shall we?</div></blockquote><p>And tomorrow?</p>"
    assert words(new_html(html)) == "Yes. And tomorrow?"


@pytest.mark.parametrize(
    "html",
    [
        "<p>Hello</p>",
        "Hello",
        "",
        "<blockquote>An indented paragraph.</blockquote>",
        "<p>Look:</p><blockquote style='margin:0 0 0 40px;border:none'>An indented paragraph.</blockquote><p>See?</p>",
        "<p>Look:</p><blockquote class='gmail_quote'>Said by somebody.</blockquote>",
        f"<div>{LINE}</div><blockquote type='cite'>{OLD}</blockquote>",
        f'<div class="gmail_quote">---------- Forwarded message ---------<br>From: A &lt;a@b.cc&gt;<br>{OLD}</div>',
        f"<div id='divRplyFwdMsg'>{HEAD}</div>{OLD}",
        "<p>unclosed <b>tags <div> everywhere",
    ],
)
def test_what_holds_no_old_mail_or_nothing_else_is_left_alone(html):
    assert new_html(html) == html


def test_a_picture_is_an_answer():
    html = f'<div><img src="cid:screen"></div><div>{LINE}</div><blockquote type="cite">{OLD}</blockquote>'
    assert '<img src="cid:screen">' in new_html(html) and "again" not in new_html(html)


def test_pictures_of_the_old_mail_are_not_shown():
    html = f'<p>Yes.</p><div>{LINE}</div><blockquote type="cite"><img src="cid:logo">{OLD}</blockquote>'
    assert "cid:logo" not in new_html(html)
