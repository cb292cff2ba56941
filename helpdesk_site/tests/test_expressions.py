"""Our short way to what a template names leads where Django's leads (lib/expressions.py, quick.py)."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import QueryDict
from django.template import engines
from django.template.base import Template
from django.template.defaulttags import CycleNode, IfChangedNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from helpdesk_site.lib.expressions import QuickTemplate
from helpdesk_site.loader import fold
from helpdesk_site.quick import Part

ENGINE = engines["django"].engine


class Missing(ObjectDoesNotExist):
    silent_variable_failure = True


class Row(NamedTuple):
    count: int = 3  # a tuple's own method has this name, too
    name: str = "<Row>"


class Keyed(Mapping):
    """Keys before attributes, as Django asks for them."""

    name = "attribute"

    def __getitem__(self, key):
        return {"name": "key"}[key]

    def __iter__(self):
        return iter(["name"])

    def __len__(self):
        return 1


class Person:
    name, number, big, nobody, when = "<Anna>", 7, 1234567.5, None, timezone.now()
    safe, said = format_html("<b>{}</b>", "x"), gettext_lazy("Reply")
    rows = [{"name": "first"}, {"name": "second"}]
    table = {"items": "a key before a method", "7": "seven", 7: "a number"}

    def __str__(self):
        return "<person>"

    def __init__(self):
        self.secret = "asked"

    @property
    def lost(self):
        raise Missing

    @property
    def broken(self):
        raise AttributeError("inside")

    def greeting(self):
        return "Hello & welcome"

    def of(self, other):
        return other

    def wrong(self):
        raise TypeError("inside")

    def delete(self):
        raise AssertionError("never called")

    delete.alters_data = True

    class Choices:
        do_not_call_in_templates = True
        first = "one"


def names():
    return {
        "person": Person(), "row": Row(), "keyed": Keyed(), "ordered": OrderedDict(a="<A>"), "text": "<text>",
        "lazy": SimpleLazyObject(Person), "call": lambda: "<called>", "kind": Person, "none": None, "yes": True,
        "numbers": [1, 2], "plain": {"a": {"b": "<deep>"}},
        "query": QueryDict("q=<words>&q=more&empty="),
    }  # fmt: skip


WORDS = [
    "person.name", "person.number", "person.big", "person.nobody", "person.when", "person.safe", "person.said",
    "person.rows.1.name", "person.rows.7.name", "person.table.items", "person.table.7", "person.table.keys",
    "person.lost", "person.broken", "person.greeting", "person.of", "person.wrong", "person.delete", "person.absent",
    "person.Choices.first", "person.secret", "row.count", "row.name", "row.0", "row.9", "keyed.name", "ordered.a",
    "ordered.items", "text", "text.upper", "text.0", "lazy.name", "call", "call.upper", "kind.name", "kind", "none.x",
    "none.0", "yes", "numbers.0", "numbers", "plain.a.b", "plain.a.c", "plain.items",
    "query.q", "query.empty", "query.absent", "query.absent.more", "query.keys", "query.1", "absent", "absent.name",
    "True", '"<constant>"', "12.5", '_("Reply")', "person.name|upper", "absent|default:person.name",
    "row.name|default:absent",
]  # fmt: skip


def both(source, **more):
    """What Django draws of a source, and what we do; the kind of the error where there is one."""
    drawn = []
    for make in (Template, quick):
        backend = engines["django"].from_string("")
        try:
            backend.template = make(source, engine=ENGINE)
            drawn.append(backend.render({**names(), **more}, RequestFactory().get("/")))
        except Exception as error:  # noqa: BLE001
            drawn.append(type(error))
    return drawn


def quick(source, engine):
    template = QuickTemplate(source, engine=engine)
    fold(template.nodelist)
    return template


@pytest.mark.parametrize("words", WORDS)
def test_a_word_means_what_it_means_to_django(words):
    """T04: escaped where Django escapes."""
    for source in (
        f"[{{{{ {words} }}}}]",
        f"{{% if {words} %}}yes{{% else %}}no{{% endif %}}",
        f"{{% for one in {words} %}}{{{{ one }}}};{{% empty %}}none{{% endfor %}}",
        f"{{% with it={words} %}}[{{{{ it }}}}]{{% endwith %}}",
        f"{{% autoescape off %}}{{{{ {words} }}}}{{% endautoescape %}}",
    ):
        plain, ours = both(source)
        assert ours == plain, source


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("words", ["person.name", "person.safe", "person.number", "absent", "person.said"])
def test_a_sentence_says_what_django_says(words, language):
    """T04: what people wrote is escaped inside a sentence."""
    for source in (
        f"{{% blocktranslate with name={words} %}}Take {{{{ name }}}} off{{% endblocktranslate %}}",
        f"{{% blocktranslate with name={words} asvar it %}}Take {{{{ name }}}}{{% endblocktranslate %}}{{{{ it }}}}",
        "{% blocktranslate %}Take {{ name }} off, 100 %{% endblocktranslate %}",
        "{% blocktranslate context 'x' with name=text %}Take {{ name }} off{% endblocktranslate %}{{ name }}",
        "{% blocktranslate count n=numbers|length %}{{ n }} day ago{% plural %}{{ n }} days ago{% endblocktranslate %}",
    ):
        with translation.override(language):
            plain, ours = both("{% load i18n %}" + source, name="<Carl>")
        assert ours == plain, source


def test_what_is_named_in_a_fragment_stays_there():
    """A fragment sees the page's words and its own, and leaves none behind."""
    plain, ours = both("{% include '_errors.html' with refusal=text %}[{{ refusal }}]{% include '_errors.html' %}")
    assert ours == plain and "&lt;text&gt;" in ours and ours.count("&lt;text&gt;") == 1


def test_every_form_of_a_page_carries_the_token_of_its_own_reader():
    """SECURITY: what is kept for a page is not kept for the next one."""
    template, drawn = quick("{% csrf_token %}{% csrf_token %}", ENGINE), []
    for _reader in range(2):
        backend = engines["django"].from_string("")
        backend.template = template
        page = backend.render({}, RequestFactory().get("/"))
        assert page[: len(page) // 2] == page[len(page) // 2 :] and "csrfmiddlewaretoken" in page
        drawn.append(page)
    assert drawn[0] != drawn[1]


def test_no_included_fragment_has_blocks_or_remembers_how_often_it_was_drawn():
    """`Part` draws a fragment as if it stood in the page."""
    wrong = (BlockNode, ExtendsNode, CycleNode, IfChangedNode)
    for name in fragments():
        assert not ENGINE.get_template(name).nodelist.get_nodes_by_type(wrong), name


def fragments():
    """The names of all fragments that templates of ours include."""
    found = set()
    for folder in ENGINE.dirs:
        for path in folder.rglob("*.html"):
            nodes = ENGINE.get_template(str(path.relative_to(folder))).nodelist
            found |= {node.name for node in nodes.get_nodes_by_type(Part)}
            assert not [node for node in nodes.get_nodes_by_type(IncludeNode) if "/_" in f"/{node.template.var}"]
    assert found
    return found
