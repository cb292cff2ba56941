"""Headers of files, the visitor's address, and where to go next (T14, V3.7, V4)."""

from urllib.parse import unquote

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from helpdesk_site.lib import http

# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("my report.pdf", 'attachment; filename="my report.pdf"'),
        ("Счёт.pdf", "attachment; filename=\"____.pdf\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.pdf"),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ('a"; filename="b.exe', 'attachment; filename="a_; filename=_b.exe"'),
        ("a\r\nSet-Cookie: b=c", 'attachment; filename="a Set-Cookie_ b=c"'),
        ("../../a.txt", 'attachment; filename="a.txt"'),
        ("", 'attachment; filename="file"'),
    ],
)
def test_a_file_is_sent_under_its_own_name(name, header):
    """T14: RFC 6266, RFC 5987."""
    assert http.content_disposition("attachment", name) == header


@examples(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=100))
def test_no_name_breaks_out_of_its_header(name):
    """T14: whatever a file is called, the header is one line of ASCII that names it."""
    header = http.content_disposition("inline", name)
    assert header.isascii() and header.isprintable()
    plain, _mark, true = header.removeprefix("inline; filename=").partition("; filename*=UTF-8''")
    assert plain[0] == plain[-1] == '"' and '"' not in plain[1:-1]
    assert (unquote(true) or plain[1:-1]) == http.safe_name(name)


def test_a_file_is_inline_or_attached_and_nothing_else():
    """T14."""
    with pytest.raises(ValueError):
        http.content_disposition("form-data", "a")


# --- The visitor's address --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "nearest", "forwarded", "address"),
    [
        ([], "203.0.113.7", None, "203.0.113.7"),
        ([], "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (["10.0.0.1"], "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.1"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        (["::1"], "::1", "2001:db8::1", "2001:db8::1"),
        (["unix"], "", "198.51.100.1", "198.51.100.1"),
        ([], "", "198.51.100.1", ""),
        (["10.0.0.1"], "10.0.0.1", "6.6.6.6," * 5_000 + "198.51.100.1", "198.51.100.1"),
    ],
)
def test_a_forwarded_address_counts_only_behind_our_own_proxy(settings, proxies, nearest, forwarded, address):
    """V4: forwarded headers only from TRUSTED_PROXIES; what stands before our proxy's entry is not believed."""
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert http.client_ip(RequestFactory().get("/", REMOTE_ADDR=nearest, **headers)) == address


# --- Where to go next -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["/tickets/", "/desk/?view=mine&q=a%20b#m3", "http://testserver/tickets/"])
def test_a_page_of_our_own_may_come_next(asked):
    """V3.7: redirects only to the own host."""
    assert http.safe_next(RequestFactory().get("/", {"next": asked})) == asked
    assert http.safe_next(RequestFactory().post("/", {"next": asked})) == asked


@pytest.mark.parametrize(
    "asked",
    ["", "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"]
    + ["http://testserver@evil.example/", "http:///evil.example", "/a\r\nSet-Cookie: b=c", "/\t/evil.example"]
    + ["javascript:alert(1)", "/" + "a" * 3_000, "http://testserver.evil.example/", "data:text/html,x", " /a"]
    + ["home", "99", "httpx", "desk/"],
)
def test_nothing_else_comes_next(asked):
    """V3.7, T15: Host independence. A bare word was looked up as the name of a page, and a 500 when there was none."""
    assert http.safe_next(RequestFactory().get("/", {"next": asked}), "/home/") == "/home/"


def test_a_secure_page_does_not_lead_to_an_insecure_one():
    """V3.7."""
    request = RequestFactory().get("/", {"next": "http://testserver/a"}, secure=True)
    assert http.safe_next(request, "/home/") == "/home/"
