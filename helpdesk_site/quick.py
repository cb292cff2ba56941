"""Nodes of a template that draw what Django's own draw, with less work. The loader puts them in their places.

Each does the usual case itself and leaves every other to the node it stands for.
"""

import re
from functools import lru_cache
from html import escape
from posixpath import basename

from django.template.base import Node, VariableNode
from django.template.defaulttags import CsrfTokenNode, URLNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext

from .lib import shapes
from .lib.expressions import MISSING, UNKNOWN, is_plain, look_up, shown
from .lib.kept import language_of


def quicker(node):
    """The node that draws what this one draws with less work; the node itself where there is none."""
    kind = type(node)
    if kind is VariableNode:
        return Value(node.filter_expression)
    if kind is CsrfTokenNode:
        return Token()
    if kind is IncludeNode and is_fragment(node):
        return Part(node)
    if kind is URLNode and is_address(node):
        return Address(node)
    if kind is BlockTranslateNode and is_sentence(node):
        return Sentence(node)
    return node


class Value(VariableNode):
    """`{{ ticket.subject }}`."""

    def render_annotated(self, context):
        return shown(self.filter_expression.resolve(context), context)

    render = render_annotated


class Token(CsrfTokenNode):
    """`{% csrf_token %}`: the same in every form of a page."""

    def render(self, context):
        try:
            return context.csrf_field
        except AttributeError:
            context.csrf_field = super().render(context)
            return context.csrf_field


class Part(Node):
    """`{% include "_files.html" with small=True %}`: a fragment of ours, found once. It has no blocks, and
    nothing in it remembers how often it was drawn (test_templates)."""

    def __init__(self, node):
        self.name, self.values, self.parts = node.template.var, node.extra_context, None

    def render_annotated(self, context):
        if self.parts is None:
            self.parts = context.template.engine.get_template(self.name).nodelist
        with context.push(**{name: value.resolve(context) for name, value in self.values.items()}):
            return self.parts.render(context)

    render = render_annotated


def is_fragment(node):
    return is_plain(node.template) and basename(node.template.var).startswith("_") and not node.isolated_context


# --- Addresses --------------------------------------------------------------------------------------------------------


class Address(Node):
    """`{% url 'ticket' ticket.number %}`: the way to the view is worked out once, and the number put into it.

    What is neither a number nor a word of plain letters, and what the view's address does not take, is left to Django.
    """

    def __init__(self, node):
        self.node, self.view, self.word = node, node.view_name.var, node.args[0] if node.args else None

    def render(self, context):
        address = self.address(str(self.word.resolve(context))) if self.word else address_of(self.view, "")
        if not address:
            return self.node.render(context)
        if self.node.asvar:
            context[self.node.asvar] = address
            return ""
        return address

    def address(self, word):
        mark = NUMBER if word.isascii() and word.isdigit() else WORD
        return address_of(self.view, mark).replace(mark, word) if mark is NUMBER or PLAIN.fullmatch(word) else ""


NUMBER, WORD, PLAIN = "7000000000000001", "AAA-7000000000000001", re.compile(r"[A-Za-z0-9-]+")


@lru_cache(maxsize=1024)
def address_of(view, mark):
    """The address of a view with this mark in it; "" if it takes none such, or would have to be escaped."""
    try:
        address = reverse(view, args=[mark] if mark else [])
    except NoReverseMatch:
        return ""
    return address if address == escape(address) and (not mark or address.count(mark) == 1) else ""


def is_address(node):
    """Whether a node is the address of one of our views, with no more than one word in it."""
    if len(node.args) > 1 or node.kwargs or not is_plain(node.view_name):
        return False
    return ":" not in node.view_name.var  # a namespace is looked up with what the request says of it


# --- Sentences --------------------------------------------------------------------------------------------------------


class Sentence(Node):
    """`{% blocktranslate with name=… %}`: what is said is looked up once a language, and filled in.

    A value that is not there, and a translation that does not fit its values, are left to Django.
    """

    def __init__(self, node):
        self.node, self.said = node, {}
        self.message, self.names = node.render_token_list(node.singular)
        self.meant = node.message_context.var if node.message_context else ""

    def render(self, context):
        values = {name: value.resolve(context) for name, value in self.node.extra_context.items()}
        for name in self.names:
            if name not in values:
                values[name] = look_up(context, (name,))
        if any(value is UNKNOWN or value is MISSING for value in values.values()):
            return self.node.render(context)
        try:
            pieces = {name: shown(values[name], context) for name in self.names}
            said = self.translated(language_of(context)) % pieces
        except (KeyError, ValueError):
            return self.node.render(context)
        if self.node.asvar:
            context[self.node.asvar] = shapes.joined([said])
            return ""
        return said

    def translated(self, language):
        if language not in self.said:
            self.said[language] = pgettext(self.meant, self.message) if self.meant else gettext(self.message)
        return self.said[language]


def is_sentence(node):
    """Whether a node says one sentence, whatever the numbers."""
    return not node.plural and (node.message_context is None or is_plain(node.message_context))
