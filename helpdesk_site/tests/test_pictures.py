"""Pictures in mail: ours are shown in place, foreign ones are never loaded, those that only report are gone (T03)."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_site.lib import pictures, text

REL = "noopener noreferrer nofollow ugc"
OURS = {"shot@mail": ("/attachments/t/shot.png?inline", 'the "shot".png')}
LOADING = {"src", "srcset", "background", "poster", "style", "data", "action", "formaction"}


def loaded_by(html):
    """What a browser would fetch by itself: the values of all attributes that load, by a parser that is not ours."""

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            self.found |= {value for name, value in attributes if name in LOADING}

    reader = Reader(convert_charrefs=True)
    reader.found = set()
    reader.feed(html)
    reader.close()
    return reader.found

KEPT = [
    ("<img src=cid:shot@mail alt=Shot>", '<img data-src="cid:shot@mail" alt="Shot">'),
    ("<img src='CID:Shot@Mail'>", '<img data-src="cid:Shot@Mail" alt="">'),
    ("<img src=https://a.example/b.png?c=1&d=2>", '<img data-src="https://a.example/b.png?c=1&amp;d=2" alt="">'),
    ("<img src=//a.example/b.png>", '<img data-src="https://a.example/b.png" alt="">'),
    (
        "<img src=cid:a width=640 height='480px' style='color:red' class=x id=y onload=z>",
        '<img data-src="cid:a" alt="" width="640">',
    ),
    ("<img srcset='https://a.example/b.png 2x' src=https://a.example/c.png>", None),
    ("<img alt='a chart' src=data:image/png;base64,AAAA>", '<img alt="a chart">'),
]


@pytest.mark.parametrize(("html", "kept"), KEPT)
def test_a_picture_is_kept_without_an_address_that_loads(html, kept):
    """T03: wherever the stored HTML ends, nothing is fetched."""
    cleaned = text.clean_html(html)
    assert kept is None or cleaned == kept
    assert text.clean_html(cleaned) == cleaned
    assert " src" not in cleaned


GONE = [
    "<img src=https://t.example/open.gif width=1 height=1>",
    "<img src=https://t.example/open.gif width=0>",
    "<img src=https://t.example/open.gif height='1px'>",
    "<img src=https://t.example/open.gif style='DISPLAY: none'>",
    "<img src=https://t.example/open.gif style='width:1px;height:1px'>",
    "<img src=https://t.example/open.gif style='max-height: 0px !important'>",
    "<img src=https://t.example/open.gif style='opacity:0'>",
    "<img src=https://t.example/open.gif style='visibility:hidden' alt=tracker>",
    "<img src=javascript:alert(1)>",
    "<img src=' jav&#x09;ascript:alert(1)'>",
    "<img src=data:text/html,x>",
    "<img src=file:///etc/passwd>",
    "<img src=/attachments/other/secret.png>",
    "<img src=admin/logout>",
    "<img>",
    "<picture><source srcset=https://a.example/b.png></picture>",
    "<input type=image src=https://a.example/b.png>",
    "<video poster=https://a.example/b.png></video>",
    "<table background=https://a.example/b.png></table>",
    "<svg><image href=https://a.example/b.png></svg>",
    "<object data=https://a.example/b.png></object>",
]


@pytest.mark.parametrize("html", GONE)
def test_what_only_reports_or_leads_elsewhere_is_gone(html):
    """T03: tracking pixels, scripts, our own addresses, and every other way to load."""
    shown = text.shown(text.clean_html(html), (), OURS)
    assert "t.example" not in shown and "a.example" not in shown
    assert "<img" not in shown and "<a" not in shown


def test_a_picture_of_the_message_is_shown_in_place_and_leads_to_its_file():
    """S199."""
    shown = text.shown(text.clean_html("<p>See <img src='cid:Shot@mail' width=20 alt='my shot'></p>"), (), OURS)
    assert shown == (
        '<p>See <a href="/attachments/t/shot.png?inline"><img class="placed" src="/attachments/t/shot.png?inline"'
        ' alt="my shot" width="20" loading="lazy"></a></p>'
    )


def test_without_words_its_name_speaks():
    shown = text.shown(text.clean_html("<img src='cid:shot%40mail'>"), (), OURS)
    assert 'alt="the &quot;shot&quot;.png"' in shown


def test_a_picture_nobody_has_stored_is_words():
    """A file that was not taken, or one of another message: nothing is looked up anywhere else."""
    cleaned = text.clean_html("<img src=cid:other@mail alt=Other><img src=cid:gone>")
    assert text.shown(cleaned, (), OURS) == "<span>[Picture: Other]</span><span>[Picture]</span>"
    assert text.shown(cleaned) == text.shown(cleaned, (), {})


def test_a_foreign_picture_is_a_link_that_says_where_it_leads():
    """Never loaded until asked; what is asked for opens elsewhere, because the policy of our pages forbids it here."""
    shown = text.shown(text.clean_html("<img src='http://A.example/b.png?c=1&d=2' alt='Sales'>"), (), {})
    assert shown == (
        f'<a class="foreign-picture" href="http://A.example/b.png?c=1&amp;d=2" target="_blank" rel="{REL}">'
        'Sales (picture at a.example)<span class="vh">, opens in a new tab</span></a>'
    )
    assert pictures.has_foreign(shown)
    assert not pictures.has_foreign(text.shown(text.clean_html("<p>foreign-picture</p>"), (), {}))


def test_the_same_foreign_picture_is_named_once():
    bullets = text.clean_html("<img src=https://a.example/dot.png>one<img src=https://a.example/dot.png>two")
    assert text.shown(bullets, (), {}).count("<a ") == 1


def test_inside_a_link_a_picture_is_no_second_link():
    html = "<a href=https://b.example><img src=https://a.example/logo.png alt=Logo></a><img src=cid:shot@mail>"
    shown = text.shown(text.clean_html(html), (), OURS)
    assert shown.startswith(f'<a href="https://b.example" rel="{REL}"><span>[Picture: Logo]</span></a><a href="/att')
    linked = text.shown(text.clean_html("<a href=https://b.example><img src=cid:shot@mail></a>"), (), OURS)
    assert linked.count("<a ") == 1 and 'class="placed"' in linked


def test_a_letter_of_ours_shows_words_in_the_place_of_pictures():
    """What we send on leads nobody to a foreign server."""
    html = text.clean_html("<img src=cid:shot@mail><img src=https://a.example/b.png alt=B><img src=//a.example/c>")
    assert text.shown(html) == "<span>[Picture]</span><span>[Picture: B]</span>"


def test_markdown_makes_no_pictures():
    """S149: a picture in what we write is a link to it."""
    assert "<img" not in text.render_markdown("![x](https://a.example/b.png) <img src=cid:shot@mail>")


def test_the_pictures_a_text_shows_are_known_by_their_content_id():
    html = text.clean_html("<img src=cid:A%40b><img src='cid:<C@d>'><img src=https://a.example/b.png>")
    assert pictures.named_in(html) == {"a@b"}
    assert pictures.identifier("<C@D> ") == "c@d"


PIECES = ["<img", " src=", " data-src=", " alt=", "cid:", "shot@mail", "https://t.example/", '"', "'", ">", "<", " "]
PIECES += ["<a href=https://b.example>", "</a>", "&quot;", "&lt;", "&#62;", "onerror=x", "class=placed", "\n", "%3e"]
PIECES += [" width=5", " style=", "javascript:", "data:,", "//t.example/p.png", "<svg>", "<p>", "</p>", "é", "{x}", "`"]
PIECES += ["/"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_comes_only_our_own_address_is_loaded(html):
    """T03."""
    cleaned = text.clean_html(html)
    assert loaded_by(cleaned) == set()
    assert text.clean_html(cleaned) == cleaned
    shown = text.shown(cleaned, (), OURS)
    assert loaded_by(shown) <= {"/attachments/t/shot.png?inline"}
    assert loaded_by(text.shown(cleaned)) == set()
