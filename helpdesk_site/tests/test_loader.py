"""What the loader draws once is the same for everybody, in every language; what reads the page never is."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.base import Template
from django.test import RequestFactory
from django.urls import NoReverseMatch
from django.utils import translation
from django.utils.html import format_html

from helpdesk_site.loader import Folded, fold

SAME = (
    '{% load ui i18n %}<b>{% translate "Reply" %}</b>{% translate "Reply" context "kind of message" %}'
    '{% icon "quote" %}<a href="{% url \'desk\' %}">{# why #}</a>'
)


def folded(source):
    template = Template(source, engine=engines["django"].engine)
    fold(template.nodelist)
    return template


def drawn(template, **context):
    backend = engines["django"].from_string("")
    backend.template = template
    return backend.render(context, RequestFactory().get("/"))


def test_neighbours_that_are_the_same_for_everybody_are_one_piece():
    nodes = folded(SAME).nodelist
    assert len(nodes) == 1 and isinstance(nodes[0], Folded)


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        '{% load ui %}{% icon name %}{% icon "quote" as x %}{{ x }}',
        "{% load i18n %}{% translate name %}{% translate 'Reply' as x %}{{ x }}",
        "{% load i18n %}{% translate 'Reply' context name %}{% translate 'Reply' context 'a'|add:name %}",
        "{% url 'ticket' name %}{% url 'desk' as x %}{{ x }}",
        "{% load ui %}{% form_key %}{% csrf_token %}{% now 'H' %}",
    ],
)
def test_what_reads_the_page_or_the_moment_is_never_folded(source):
    """SECURITY: nothing of one reader is kept for another."""
    assert not [node for node in folded(source).nodelist if isinstance(node, Folded)]


def test_a_folded_template_draws_what_the_plain_one_draws_in_each_language():
    source = SAME + "{% if name %}{% translate 'Client' %} {{ name }}{% else %}{% icon 'user' %}{% endif %}" + SAME
    for language in ("en", "ru"):
        with translation.override(language):
            for name in ("", "<Anna>"):
                plain = drawn(Template(source, engine=engines["django"].engine), name=name)
                assert drawn(folded(source), name=name) == plain


def test_a_part_kept_by_values_is_drawn_for_each_and_sees_nothing_else():
    source = "{% for name in names %}{% kept name=name %}{{ name }}{{ reader }};{% endkept %}{% endfor %}"
    template = folded("{% load ui %}" + source)
    assert drawn(template, names=["Anna", "<b>", "Anna"], reader="Carl") == "Anna;&lt;b&gt;;Anna;"


def test_safe_text_and_plain_text_that_look_the_same_are_kept_apart():
    """T04: what was drawn for our own markup is never shown for somebody's text."""
    template = folded("{% load ui %}{% kept name=name %}{{ name }}{% endkept %}")
    assert drawn(template, name=format_html("<b>{}</b>", "x")) == "<b>x</b>"
    assert drawn(template, name="<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


@pytest.mark.parametrize(
    "word", ["KTR-482913", 12, "12", "a/b", "<b>", "", "x y", "é", "AAA-7000000000000001", format_html("{}", "KTR-1")]
)
@pytest.mark.parametrize("view", ["ticket", "message_edit", "desk", "nowhere"])
def test_an_address_with_a_word_in_it_is_the_one_django_gives(view, word):
    """S19, T04: number by number, and refused where Django refuses."""
    for source in (f"{{% url '{view}' word %}}", f"{{% url '{view}' word as it %}}[{{{{ it }}}}]"):
        answers = []
        for template in (Template(source, engine=engines["django"].engine), folded(source)):
            try:
                answers.append(drawn(template, word=word))
            except NoReverseMatch:
                answers.append(NoReverseMatch)
        assert answers[0] == answers[1]


def test_no_template_changes_its_language_half_way():
    """What is kept by language asks for it once a drawing (lib/kept.py)."""
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    assert not [path.name for path in templates if "{% language" in path.read_text().replace("{% languages", "")]
