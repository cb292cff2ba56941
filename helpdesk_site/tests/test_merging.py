"""Merge fields: looked up, never evaluated; what is put in is escaped (SECURITY V1, S148)."""

import pytest
from django.utils.html import format_html

from helpdesk_site.lib import merging

KNOWN = {"reader.name", "reader.first_name", "reader.email", "ticket.link", "message"}
ADDRESSES = {"ticket.link"}


def test_fields_and_their_short_forms_are_filled_in():
    said = {"reader.first_name": "Anna", "reader.name": "Anna Harding", "reader.email": "anna@example.com"}
    text = "Hello [FIRSTNAME], {{reader.name}} / {{ reader.name }} / [NAME] <[EMAIL]>"
    assert merging.filled(text, said) == "Hello Anna, Anna Harding / Anna Harding / Anna Harding <anna@example.com>"


def test_what_is_put_in_is_not_looked_at_again():
    """A name that is a field's name stays a name."""
    assert merging.filled("{{reader.name}}", {"reader.name": "{{message}} [EMAIL]", "message": "secret"}) == (
        "{{message}} [EMAIL]"
    )


@pytest.mark.parametrize(
    "text",
    ["{% load x %}", "{{ reader.password }}", "{{ reader.name|safe }}", "{{reader.__class__}}", "{{ 7*7 }}", "{{",
     "{{}}", "{{reader}}", "{{reader.name.first}}"],
)  # fmt: skip
def test_nothing_is_evaluated_and_what_is_no_field_is_named(text):
    assert merging.filled(text, {"reader.name": "Anna"}) == text
    assert merging.strangers(f"Hello {text} you", KNOWN)


@pytest.mark.parametrize("text", ["{{reader.name}}", "{{ ticket.link }}", "[NAME]", "[IMPORTANT]", "a { b }", "100 %"])
def test_fields_and_ordinary_text_are_no_strangers(text):
    assert merging.strangers(text, KNOWN) == []


def test_values_are_escaped_in_html_unless_they_are_html_of_ours():
    said = {"reader.name": '<script>alert("1")</script>', "message": format_html("<p>{}</p>", "a & b")}
    html = merging.filled_html('<p title="{{reader.name}}">{{reader.name}}</p>{{message}}', said)
    assert "<script>" not in html and "&lt;script&gt;alert(&quot;1&quot;)" in html
    assert html.endswith("<p>a &amp; b</p>")


def test_html_is_cleaned_and_its_fields_stay():
    """T03: only harmless tags; a field's name is no domain to link to."""
    html = '<p onclick="x()">Hi [FIRSTNAME]<script>1</script>, <a href="{{ticket.link}}">open</a> {{ticket.link}}</p>'
    clean = merging.clean(html, ADDRESSES)
    assert "onclick" not in clean and "<script" not in clean
    assert 'href="{{ticket.link}}"' in clean and "[FIRSTNAME]" in clean
    assert clean.count("{{ticket.link}}") == 3
    assert merging.clean(clean, ADDRESSES) == clean


def test_a_field_inside_a_tag_is_found_unless_it_is_an_address():
    clean = merging.clean('<a href="{{ticket.link}}" title="{{reader.name}}">x</a>', ADDRESSES)
    assert merging.inside_tags(clean, ADDRESSES) == ["reader.name"]
    assert 'href="{{reader.name}}"' not in merging.clean('<a href="{{reader.name}}">x</a>', ADDRESSES)


def test_hostile_text_costs_no_more_than_ordinary_text():
    for text in ("{{" * 50_000, "{{a" * 30_000, "{%" * 50_000, "[NAME" * 20_000, "{{ " + " " * 100_000):
        merging.filled(text, {})
        merging.strangers(text, KNOWN)
