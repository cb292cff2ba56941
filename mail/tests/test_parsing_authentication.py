"""Authentication-Results (RFC 8601; RULES, "Spoofing"; T10): all verdicts in order, none made of a stranger's words."""

import pytest

from mail.parsing import parse

from .raw import mail


def verdicts(*values):
    letter = parse(mail("hi", *[f"Authentication-Results: {value}" for value in values]))
    return [(each.authserv_id, each.method, each.result, each.domain) for each in letter.authentication]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("mx.example.com; dmarc=pass header.from=example.org", [("mx.example.com", "dmarc", "pass", "example.org")]),
        ("MX.example.com 1; spf=pass smtp.mailfrom=a@Example.org", [("mx.example.com", "spf", "pass", "example.org")]),
        ("mx; dkim=pass (2048-bit key) header.d=example.org header.s=x", [("mx", "dkim", "pass", "example.org")]),
        ("mx; dkim=pass header.i=@x; dmarc=fail", [("mx", "dkim", "pass", "x"), ("mx", "dmarc", "fail", "")]),
        ("mx; none", []),
        ("", []),
        ("mx; spf=fail (a; dmarc=pass header.from=b) smtp.mailfrom=x.example", [("mx", "spf", "fail", "x.example")]),
        ("mx; spf=fail (a (b; dmarc=pass) c) smtp.mailfrom=x.example", [("mx", "spf", "fail", "x.example")]),
        ("mx; spf=fail (never closed; dmarc=pass", [("mx", "spf", "fail", "")]),
        ('mx; dkim=fail reason="bad; dmarc=pass" header.d=x.example', [("mx", "dkim", "fail", "x.example")]),
    ],
)
def test_verdicts_are_read(value, read):
    """A comment or a quoted reason may hold what a stranger wrote: it makes no verdict."""
    assert verdicts(value) == read


def test_the_topmost_header_comes_first():
    letter = parse(mail("hi", "Authentication-Results: ours; dmarc=fail", "Authentication-Results: ours; dmarc=pass"))
    assert [(each.instance, each.result) for each in letter.authentication] == [(0, "fail"), (1, "pass")]


def test_several_senders_and_none_are_named():
    """RULES, "Spoofing": From with several addresses or none."""
    assert "several_senders" in parse(mail(sender="a@example.com, b@example.com")).trouble
    assert "several_senders" in parse(mail("hi", "From: b@example.com")).trouble
    assert "several_senders" in parse(mail(sender='"b@example.com" <a@example.com>')).trouble
    assert parse(mail(sender="")).trouble == ("no_sender",)
    assert parse(mail(sender="a@example.com <a@example.com>")).trouble == ()
