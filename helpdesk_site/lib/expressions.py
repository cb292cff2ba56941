"""What a template names, found the short way: `{{ ticket.client.full_name }}` in a third of Django's time.

Django tries every word as a key first, and learns by an error raised and caught that most values have none; a page of
ours names seven hundred things. Here a key is looked for where there are keys, an attribute elsewhere. Whatever is out
of the ordinary (a word nobody knows, a number of a list, an error) is left to Django, which says what it means.
"""

from functools import lru_cache
from html import escape

from django.conf import settings
from django.http import QueryDict
from django.template.base import FilterExpression, Lexer, NodeList, Parser, Template, Variable, render_value_in_context
from django.utils.functional import SimpleLazyObject, empty
from django.utils.safestring import SafeString

UNKNOWN, MISSING = object(), object()


class QuickTemplate(Template):
    """A template whose expressions are ours."""

    def compile_nodelist(self):
        known = self.engine.template_libraries, self.engine.template_builtins
        parser = QuickParser(Lexer(self.source).tokenize(), *known, self.origin)
        nodes = Nodes(parser.parse())
        self.extra_data = parser.extra_data
        return nodes


class Nodes(NodeList):
    """The nodes of a template. Those of a layout are searched for its blocks whenever a page is drawn."""

    def __init__(self, nodes):
        super().__init__(nodes)
        self.found = {}

    def get_nodes_by_type(self, nodetype):
        if nodetype not in self.found:
            self.found[nodetype] = super().get_nodes_by_type(nodetype)
        return self.found[nodetype]


class QuickParser(Parser):
    def compile_filter(self, token):
        return Expression(token, self)


class Expression(FilterExpression):
    """What stands in a tag: `ticket.client|default:"nobody"`."""

    __slots__ = ("words",)

    def __init__(self, token, parser):
        super().__init__(token, parser)
        self.words = self.var.lookups if self.is_var and not self.filters else None

    def resolve(self, context, ignore_failures=False):
        value = look_up(context, self.words) if self.words else UNKNOWN
        if value is MISSING and (ignore_failures or not context.template.engine.string_if_invalid):
            return None if ignore_failures else ""
        return super().resolve(context, ignore_failures) if value is UNKNOWN or value is MISSING else value


def look_up(context, words):
    """The value these words lead to from a template's context; MISSING if one is not there, UNKNOWN where Django has to
    say."""
    first = words[0]
    for names in reversed(context.dicts):
        if first in names:
            value = names[first]
            break
    else:
        return MISSING
    try:
        if callable(value):
            value = called(value)
        for word in words[1:]:
            if value is None:
                return MISSING
            kind = type(value)
            if kind is SimpleLazyObject:
                value = unwrapped(value)
                kind = type(value)
            if kind is dict or kind is QueryDict:
                if word not in value:
                    return UNKNOWN if hasattr(value, word) or word.isdigit() else MISSING
                value = value[word]
            elif has_no_keys(kind):
                value = getattr(value, word)
            else:
                return UNKNOWN
            if callable(value):
                value = called(value)
    except Exception:  # noqa: BLE001 - Django meets it again, and knows which are silent
        return UNKNOWN
    return value


@lru_cache(maxsize=2048)
def has_no_keys(kind):
    """Whether a word can only mean an attribute of values of this type. Named tuples have numbers, but no keys."""
    return not hasattr(kind, "__getitem__") or hasattr(kind, "_fields")


def unwrapped(lazy):
    if lazy._wrapped is empty:
        lazy._setup()
    return lazy._wrapped


def called(value):
    """What is called in a template, as far as it may be."""
    if getattr(value, "do_not_call_in_templates", False) or getattr(value, "alters_data", False):
        raise LookupError
    return value()


def shown(value, context):
    """A value as HTML. Text, which most of it is, needs no more than escaping (T04), and a number nothing."""
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str and context.autoescape:
        return escape(value)
    if kind is int and not settings.USE_THOUSAND_SEPARATOR:
        return str(value)
    return render_value_in_context(value, context)


def is_plain(expression):
    """Whether an expression is a constant without filters."""
    word = expression.var
    return not expression.filters and (not isinstance(word, Variable) or word.lookups is None)
