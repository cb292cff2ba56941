"""Text from people becomes HTML that is safe, looks as it was meant, and is made in reasonable time (T03)."""

import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk_site.lib import marks, markup, text

FEW = settings(max_examples=200, deadline=None, derandomize=True)
REL = 'rel="noopener noreferrer nofollow ugc"'
TAGS = set(
    "a abbr b blockquote br caption code dd del div dl dt em h4 h5 h6 hr i ins kbd li ol p pre q s samp small span"
    " strong sub sup table tbody td tfoot th thead tr u ul var img".split(" ")
)
ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "abbr": {"title"},
    "code": {"class"},
    "img": {"data-src", "alt", "width", "height"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}


class Inspector(HTMLParser):
    """Reads HTML by a parser that is not ours and complains about what the allow-list does not hold."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.complaints, self.depth, self.deepest = [], 0, 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.complaints.append(tag)
        for name, value in attributes:
            if name not in ATTRIBUTES.get(tag, ()):
                self.complaints.append(f"{tag} {name}")
            if name == "href" and urlsplit(value).scheme not in ("http", "https", "mailto", "tel"):
                self.complaints.append(value)
        if tag not in ("br", "hr", "img"):
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag):
        self.depth -= 1

    def handle_comment(self, data):
        self.complaints.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html):
    inspector = Inspector(html)
    assert inspector.complaints == []
    # the house's own levels, and what a browser adds (tbody, tr) inside tables
    assert inspector.deepest <= 4 * markup.DEPTH_LIMIT


# --- Markdown as people write it (S149, S106) -------------------------------------------------------------------------

WRITTEN = {
    "plain": ("Hello", "<p>Hello</p>"),
    "a line end is a line end": ("a\nb", "<p>a<br>\nb</p>"),
    "bold and italic": ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
    "snake case is no emphasis": ("my_long_name", "<p>my_long_name</p>"),
    "a heading ranks below the page's": ("# Head", "<h4>Head</h4>"),
    "a smaller heading": ("## Head", "<h5>Head</h5>"),
    "the smallest heading": ("###### Head", "<h6>Head</h6>"),
    "a number is no heading": ("#4521 is mine", "<p>#4521 is mine</p>"),
    "a line under a name is no heading": ("Ann\n-----", "<p>Ann</p>\n<hr>"),
    "a list directly after a sentence": ("Try:\n- a\n- b", "<p>Try:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    "a numbered list after a sentence": ("Try:\n1. a\n2. b", "<p>Try:</p>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    "a year is no list": ("It was\n2024. Really.", "<p>It was<br>\n2024. Really.</p>"),
    "two kinds of lists": ("- a\n1. b", "<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>"),
    "a list may start late": ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
    "a quote": ("> a\n\nb", "<blockquote>\n<p>a</p>\n</blockquote>\n<p>b</p>"),
    "code": ("use `a<b`", "<p>use <code>a&lt;b</code></p>"),
    "a table": (
        "a | b\n- | -:\n1 | 2",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n"
        '<td align="right">2</td>\n</tr>\n</tbody>\n</table>',
    ),
    "fenced code keeps its tabs and marks": (
        "```python\n\tx = *1* <b>\n\n# no heading\n```\nafter",
        '<pre tabindex="0"><code class="language-python">\tx = *1* &lt;b&gt;\n\n# no heading\n</code></pre>\n'
        "<p>after</p>",
    ),
    "a fence nobody closed": ("```\na\n\n*b*\n\n", '<pre tabindex="0"><code>a\n\n*b*\n</code></pre>'),
    "a fence inside a quote": (
        "> see\n> ```\n> a *b*\n> ```",
        '<blockquote>\n<p>see</p>\n<pre tabindex="0"><code>a *b*\n</code></pre>\n</blockquote>',
    ),
    "a fence inside a list": (
        "1. do\n   ```\n   ls\n   ```\n2. see",
        '<ol>\n<li>\n<p>do</p>\n<pre tabindex="0"><code>ls\n</code></pre>\n</li>\n<li>\n<p>see</p>\n</li>\n</ol>',
    ),
    "HTML is shown, not obeyed": ("<b>x</b> <!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>"),
    "a link": ("[a](https://b.example/c)", f'<p><a href="https://b.example/c" {REL}>a</a></p>'),
    "a link with a title": ('[a](https://b.example "t")', f'<p><a href="https://b.example" title="t" {REL}>a</a></p>'),
    "a picture is a link to it": ("![cat](https://b.example)", f'<p><a href="https://b.example" {REL}>cat</a></p>'),
    "a picture without words": ("![](tel:1)", f'<p><a href="tel:1" {REL}>tel:1</a></p>'),
    "a picture inside a link": (
        "[![cat](https://b.example)](https://d.example)",
        f'<p><a href="https://d.example" {REL}><span>cat</span></a></p>',
    ),
    "a link to a script": ("[a](javascript:alert(1))", f"<p><a {REL}>a</a></p>"),
    "a link to a script, disguised": ("[a](JaVa\tScript&#58;alert(1))", None),
    "a link into our own pages": ("[a](/admin/)", f"<p><a {REL}>a</a></p>"),
    "a picture that is data": ("![a](data:image/svg+xml;base64,PHN2Zz4=)", f"<p><a {REL}>a</a></p>"),
    "empty": ("", ""),
    "only spaces": (" \n\t\n ", ""),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_markdown_looks_as_it_was_meant(name):
    """S149."""
    source, html = WRITTEN[name]
    rendered = text.render_markdown(source)
    assert_harmless(rendered)
    if html is not None:
        assert rendered == html


def test_one_block_of_endless_marks_is_shown_as_typed_and_the_rest_keeps_its_form():
    """STACK 4: more than 200 brackets in a line are refused, for their block alone."""
    assert text.render_markdown("[" * 300 + " *x*\n\n*y*") == f"<p>{'[' * 300} *x*</p>\n<p><em>y</em></p>"
    assert "<em>x</em>" in text.render_markdown("[" * 200 + " *x*")


def test_text_beyond_the_limit_is_shown_as_typed_with_nothing_lost():
    """S43: no length limit; STACK 4: Markdown to 50,000 characters."""
    source = "*a* " * 13_000 + "end"
    rendered = text.render_markdown(source)
    assert "<em>" not in rendered and text.html_to_text(rendered) == source


def test_a_quote_of_quotes_of_quotes_ends():
    """STACK 4: depth is capped, the text stays."""
    rendered = text.render_markdown(">" * 300 + " deep")
    assert rendered.count("<blockquote>") == marks.NESTING_LIMIT and " deep" in rendered


def test_a_text_is_rendered_the_same_whatever_was_rendered_before():
    """Nothing of one person's text is left for the next: no link's address, no list's number, no piece of code."""
    texts = ["[a]\n\n[a]: https://b.example/", "[a]", "7. x\n8. y", "1. x", "```\nx\n```", "| a |\n|--|\n| b |", "a|b"]
    alone = []
    for each in texts:
        marks._idle.clear()
        alone.append(text.render_markdown(each))
    assert [text.render_markdown(each) for each in texts] == alone
    assert [text.render_markdown(each) for each in reversed(texts)] == alone[::-1]


def test_private_characters_of_the_renderer_cannot_be_typed():
    """The marks that stand for numbed characters come from us alone."""
    assert text.render_markdown("a\U0010f03cb>\x02\x03") == "<p>ab&gt;</p>"


# --- Links ------------------------------------------------------------------------------------------------------------

LINKED = [
    ("see https://b.example/a!", "https://b.example/a"),
    ("(see https://b.example/a).", "https://b.example/a"),
    ("https://b.example/A_(b)", "https://b.example/A_(b)"),
    ("«https://b.example»", "https://b.example"),
    ("www.b.com.", "http://www.b.com"),
    ("b.com/x?y=1&z=2", "http://b.com/x?y=1&amp;z=2"),
    ("https://b.example/?a=1&copy=2", "https://b.example/?a=1&amp;copy=2"),
    ("http://localhost:8000/x, y", "http://localhost:8000/x"),
    ("президент.рф", "http://президент.рф"),
    ("https://deploy.sh/", "https://deploy.sh/"),
]


@pytest.mark.parametrize(("written", "address"), LINKED)
def test_an_address_becomes_a_link(written, address):
    """S105: links can be clicked."""
    for html in (text.render_plain(written), text.render_markdown(written), text.clean_html(f"<p>{written}</p>")):
        assert html.count("<a ") == 1 and f'<a href="{address}" {REL}>' in html


@pytest.mark.parametrize(
    "written",
    ["a@b.com", "deploy.sh", "README.md", "main.py:12", "1.2.3.4", "a.b", "javascript://b.com/%0aalert(1)", "https://"]
    + ["x" * 501 + ".com", "`https://b.example`"],
)
def test_what_only_looks_like_an_address_is_no_link(written):
    """STACK 2: the linkifier takes file names for hosts; long tokens are left alone."""
    assert "<a" not in text.render_markdown(written)


def test_a_link_inside_a_link_or_code_is_not_linked_again():
    """Mark-up made by the writer wins."""
    html = '<a href="https://b.example">b.com</a> <pre>c.com</pre> <code>d.com</code>'
    assert text.clean_html(html).count("<a ") == 1


def test_only_the_first_thousand_addresses_become_links():
    """A text of nothing but addresses costs no more than a thousand of them."""
    assert text.render_plain("b.com " * 3_000).count("<a ") == text.LINKS_LIMIT


# --- Plain text -------------------------------------------------------------------------------------------------------


def test_plain_text_is_shown_as_typed():
    """Paragraphs, line ends and signs stay; nothing is Markdown."""
    assert text.render_plain("*a* <b>\n&amp;\n\n\n \nb\n") == "<p>*a* &lt;b&gt;<br>\n&amp;amp;</p>\n<p>b</p>"


@FEW
@given(st.text(max_size=400))
def test_plain_text_is_harmless_and_says_what_was_typed(written):
    """T03."""
    html = text.render_plain(written)
    assert_harmless(html)
    assert text.html_to_text(html).split() == text.clean_input(written).replace("\xa0", " ").split()


# --- Foreign HTML -----------------------------------------------------------------------------------------------------

CLEANED = [
    ("<p onclick=alert(1) style='x'>a</p>", "<p>a</p>"),
    ("<script>alert(1)</script>a<style>b{}</style>", "a"),
    ("<SCRIPT SRC=//x></SCRIPT>a", "a"),
    ("a<scr<script>ipt>alert(1)</script>", "aipt&gt;alert(1)"),
    ("<img src=x onerror=alert(1)>a", "a"),
    ("<svg><script>alert(1)</script></svg>a", "a"),
    ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
    ("<iframe src=//x>b</iframe>a", "a"),
    ("<form action=/x><input name=a><button>b</button></form>", " b "),
    ("<h1>a</h1><h2>b</h2>", "<h4>a</h4><h5>b</h5>"),
    ("<center>a</center>", "<div>a</div>"),
    ("<pre>a</pre>", '<pre tabindex="0">a</pre>'),
    ("<!-- a -->b<!c>d<?e?>", "bd"),
    ("<!-->a", "a"),
    ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
    ("&copy; &lt;b&gt; &copy=1", "© &lt;b&gt; &amp;copy=1"),
    ("<p>a<p>b", "<p>a</p><p>b</p>"),
    ("<ol start=3><li>a</ol>", '<ol start="3"><li>a</li></ol>'),
    ("<ol start=x><li>a</ol>", "<ol><li>a</li></ol>"),
    ("<code class='language-sql x'>a</code>", "<code>a</code>"),
    ("<td align=javascript:>a</td>", "a"),
    ("<a href=java&#115;cript:alert(1)>a</a>", f"<a {REL}>a</a>"),
    ("<a href='\x01javascript:alert(1)'>a</a>", f"<a {REL}>a</a>"),
    ("<a href=vbscript:x>a</a><a href=data:text/html,x>b</a>", f"<a {REL}>a</a><a {REL}>b</a>"),
    ("<a href=//evil.example>a</a>", f"<a {REL}>a</a>"),
    ("<a href=mailto:a@b.c target=_blank rel=opener>a</a>", f'<a href="mailto:a@b.c" {REL}>a</a>'),
    ("<base href=//evil.example><link rel=stylesheet href=//x><meta http-equiv=refresh content=0>a", "a"),
    ("<div id=csrf class=toast data-hx-get=/x hx-get=/x>a</div>", "<div>a</div>"),
    ('<a title="<img src=x onerror=alert(1)>">a</a>', f'<a title="&lt;img src=x onerror=alert(1)&gt;" {REL}>a</a>'),
    ('<a href="x', ""),
    ("<b", ""),
    ("", ""),
]


@pytest.mark.parametrize(("html", "cleaned"), CLEANED)
def test_foreign_html_loses_what_it_must_not_have(html, cleaned):
    """T03."""
    assert text.clean_html(html) == cleaned


OPENED = [*sorted(TAGS), "script", "svg", "math", "style", "template", "select", "h1", "img", "form", "noscript"]
OPENED += ["mglyph"]
CLOSED = ["a", "b", "p", "div", "table", "td", "tr", "ul", "li", "pre", "svg", "script", "style"]
PIECES = [*(f"<{tag}>" for tag in OPENED), *(f"</{tag}>" for tag in CLOSED), '<a href="http://b.example/?x=1&y">']
PIECES += ["<a href=javascript:alert(1)>", "<p onclick=x>", '<b x="', "<i y='", "<img", " src=x onerror=alert(1)"]
PIECES += ["<x-y z>", "<img src=cid:a@b alt='", "<img src=//b.example/c.png>", "<img data-src=x src=data:,x alt=<b>"]
PIECES += ["<annotation-xml encoding=text/html>", "<foreignObject>", "<font color=red>", "<!--", "-->", "--!>"]
PIECES += ["<!", "<?"]
PIECES += ["<![CDATA[", "]]>", "</", "<", ">", "&", "&lt;", "/", "&#106;", "&#x6a", "&nbsp;", '"', "'", "=", "`"]
PIECES += ["\n", "\t"]
PIECES += ["\x0c", "\xa0", "http://b.com", "b.com,", "word", "é", "😀"]
hostile_html = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)


@FEW
@given(hostile_html)
@example('<a></b><p>x<h1>a <table><a><div></a></td><td><dt><div><a "</div>">http://a.bc <table><b><a><div></a>')
def test_cleaned_html_is_harmless_and_cleaning_it_again_changes_nothing(html):
    """T03: only allow-listed tags, attributes and schemes; idempotent."""
    cleaned = text.clean_html(html)
    assert_harmless(cleaned)
    assert text.clean_html(cleaned) == cleaned


MARKS = ["*", "**", "_", "`", "```\n", "~~~", "[", "](", ")", "![", "<", ">", "> ", "- ", "1. ", "    ", "#", "# ", "|"]
MARKS += ["-|-", "\n", "\n\n"]
hostile_markdown = st.lists(st.sampled_from(MARKS + PIECES) | st.text(max_size=3), max_size=40).map("".join)


@FEW
@given(hostile_markdown)
def test_rendered_markdown_is_harmless_and_stays_as_it_is_when_cleaned(source):
    """T03."""
    html = text.render_markdown(source)
    assert_harmless(html)
    assert text.clean_html(html) == html


@FEW
@given(hostile_html)
def test_text_of_html_can_be_stored_and_shown(html):
    """Bad input: whatever comes, text comes out."""
    said = text.html_to_text(html)
    assert said == text.clean_input(said)
    assert_harmless(text.render_plain(said))


# --- What it costs ----------------------------------------------------------------------------------------------------


def filled(unit, length):
    return (unit * (length // len(unit) + 1))[:length]


def shapes(length, *units):
    return [filled(unit, length) for unit in units]


MARKDOWN_SHAPES = shapes(50_000, "[", "![[", "[[\n", "[a](", "[]([]( ", "<![CDATA[", "[a]: [a]( <\n", "# a\n")
MARKDOWN_SHAPES += shapes(50_000, "a\n=\n")
MARKDOWN_SHAPES += shapes(50_000, "---\n", "```a\n", "> ", ">", "- ", "1. ", "* a\n", "**", "**\n***", "*a_b*")
MARKDOWN_SHAPES += shapes(50_000, "`", "\\")
MARKDOWN_SHAPES += shapes(50_000, "&", "<a@b>[", "|", "-|-\n", "a\n", "~" * 199 + "\n", "a" * 500 + " ")
MARKDOWN_SHAPES += ["```" + " " * 20_000, "1. " * 500, "![\\``" * 800 + "x", " " * 50_000 + "x"]
MARKDOWN_SHAPES += ["~\n" + "***\n" * 12_000]
HTML_SHAPES = shapes(200_000, "<div>", "<blockquote>", "<b>", "<a>", "<table>", "<p>", "<p><b><i><u>", "&", "&#")
HTML_SHAPES += shapes(200_000, "\xa0")
HTML_SHAPES += shapes(200_000, "<", "<!--", "<!", '<a b="', "<a ", "\n", "a.b ", "((a.b", "<b><!</b>", "<table><b>")
HTML_SHAPES += shapes(200_000, '<div><a "</div>">', "<svg>", "<select>", "<x>", "a" * 16_000 + " ")
HTML_SHAPES += shapes(200_000, "<img src=//a.b/c>", "<img src=cid:a alt='", f"<img style='opacity:{'0' * 1900}x'>")
HTML_SHAPES += ["".join(f"<font color={n}>" for n in range(5_000)) + "<p>x" * 20_000, "&#" + "9" * 100_000]
PLAIN_SHAPES = shapes(1_000_000, "a", "a.b ", "\n", "\n ", "<", "aGVsbG8", "http://", "(", "слово ")


def cost(function, argument):
    start = time.process_time()
    function(argument)
    return time.process_time() - start


@pytest.mark.parametrize("shape", MARKDOWN_SHAPES, ids=lambda shape: repr(shape[:8]))
def test_hostile_markdown_costs_no_more_than_ordinary_text(shape, ordinary):
    """T03, STACK 4: each of these took seconds to minutes, or ended in a RecursionError, before it was bounded."""
    assert cost(text.render_markdown, shape) < 25 * ordinary


@pytest.mark.parametrize("size", [60_000, pytest.param(200_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("shape", HTML_SHAPES, ids=lambda shape: repr(shape[:8]))
def test_hostile_html_costs_no_more_than_ordinary_text(shape, size, ordinary):
    """T03, SECURITY: nesting, reopening, comments and entities without an end."""
    limit = 25 * ordinary * size / 200_000
    assert cost(text.clean_html, shape[:size]) < limit
    assert cost(text.html_to_text, shape[:size]) < limit


@pytest.mark.parametrize("shape", PLAIN_SHAPES, ids=lambda shape: repr(shape[:8]))
def test_a_million_characters_cost_no_more_than_their_length(shape, ordinary):
    """Bad input: 1 MB."""
    assert cost(text.render_markdown, shape) < 50 * ordinary
    assert cost(lambda written: text.excerpt(text.clean_line(written), 200), shape) < 25 * ordinary


@pytest.fixture(scope="module")
def ordinary():
    """What 50,000 ordinary characters cost on this machine, now."""
    paragraph = "A *word* with `code`, [a link](https://b.example/a), www.b.com and **more** of some_snake_case here.\n"
    source = filled(paragraph * 3 + "\n- one\n- two\n\n```\ncode\n```\n\n", 50_000)
    return max(cost(text.render_markdown, source) for _ in range(2))
