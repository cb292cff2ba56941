"""Templates loaded once and folded: what is the same on every page is drawn once a language (part 10, Speed).

A third of a page says the same to everybody: `{% translate "Reply" %}`, `{% icon "quote" %}`, `{% url "desk" %}`.
Neighbours of that kind become one piece, drawn when first shown and kept a language. Nothing that reads the page's
context is ever folded, so nothing of one reader can be kept for another.
"""

import re
from functools import lru_cache
from html import escape

from django.template import Context
from django.template.base import Node, NodeList, TextNode, TokenType, Variable
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, reverse

from .templatetags import ui

SILENT = (CommentNode, LoadNode)
SAME_FOR_ALL = {ui.icon, ui.status, ui.message_link}  # tags that only depend on what they are given


class Loader(cached.Loader):
    """Django's cached loader, which folds each template when it is loaded."""

    def get_template(self, template_name, skip=None):
        known = self.cache_key(template_name, skip) in self.get_template_cache
        template = super().get_template(template_name, skip)
        if not known:
            fold(template.nodelist)
        return template


class Address(Node):
    """`{% url 'ticket' ticket.number %}`: the way to the view is worked out once, and the number put into it.

    What is neither a number nor a word of plain letters, and what the view's address does not take, is left to Django.
    """

    def __init__(self, node):
        self.node, self.view, self.word = node, node.view_name.var, node.args[0]

    def render(self, context):
        word = str(self.word.resolve(context))
        mark = NUMBER if word.isascii() and word.isdigit() else WORD
        address = address_of(self.view, mark) if mark is NUMBER or PLAIN.fullmatch(word) else ""
        if not address:
            return self.node.render(context)
        address = address.replace(mark, word)
        if self.node.asvar:
            context[self.node.asvar] = address
            return ""
        return address


NUMBER, WORD, PLAIN = "7000000000000001", "AAA-7000000000000001", re.compile(r"[A-Za-z0-9-]+")


@lru_cache(maxsize=1024)
def address_of(view, mark):
    """The address of a view with this mark in it; "" if it takes none such, or would have to be escaped."""
    try:
        address = reverse(view, args=[mark])
    except NoReverseMatch:
        return ""
    return address if address == escape(address) and address.count(mark) == 1 else ""


class Folded(Node):
    """Neighbouring nodes that are the same for everybody, drawn once a language."""

    def __init__(self, parts):
        self.parts, self.drawn = NodeList(parts), {}

    def render_annotated(self, context):
        language = ui.language_of(context)
        if language not in self.drawn:
            empty = Context()
            with empty.bind_template(context.template):
                self.drawn[language] = self.parts.render(empty)
        return self.drawn[language]

    render = render_annotated


def fold(nodes):
    """Fold a node list in place, and those inside its nodes."""
    folded, run = NodeList(), []
    for node in nodes:
        if isinstance(node, SILENT):
            continue
        if is_same_for_all(node):
            run.append(node)
            continue
        folded.extend(joined(run))
        run = []
        folded.append(Address(node) if is_address(node) else node)
        for name in node.child_nodelists:
            inner = getattr(node, name, None)
            if inner:
                fold(inner)
        for _condition, inner in getattr(node, "conditions_nodelists", ()):
            fold(inner)
    folded.extend(joined(run))
    nodes[:] = folded


def joined(run):
    """The nodes of a run, as one; a text alone stays as it is."""
    return [Folded(run)] if any(not isinstance(node, TextNode) for node in run) else run


def is_same_for_all(node):
    """Whether a node draws the same whatever the page, its reader and the moment."""
    if isinstance(node, TextNode):
        return True
    if isinstance(node, ui.Kept):
        return not node.values
    if isinstance(node, TranslateNode):
        spoken = node.filter_expression
        meant = node.message_context is None or is_plain(node.message_context)
        return not node.asvar and not node.noop and meant and is_plain(spoken)
    if isinstance(node, BlockTranslateNode):
        named = node.extra_context or node.countervar or node.message_context or node.asvar
        return not named and all(token.token_type == TokenType.TEXT for token in node.singular)
    if isinstance(node, URLNode):
        return not node.asvar and not node.args and not node.kwargs and is_plain(node.view_name)
    if isinstance(node, StaticNode):
        return not node.varname and is_plain(node.path)
    if isinstance(node, SimpleNode) and node.func in SAME_FOR_ALL:
        return not node.target_var and all(map(is_plain, [*node.args, *node.kwargs.values()]))
    return False


def is_address(node):
    """Whether a node is the address of one of our views with one word in it."""
    if not isinstance(node, URLNode) or len(node.args) != 1 or node.kwargs or not is_plain(node.view_name):
        return False
    return ":" not in node.view_name.var  # a namespace is looked up with what the request says of it


def is_plain(expression):
    """Whether an expression of a template is a constant without filters."""
    word = expression.var
    return not expression.filters and (not isinstance(word, Variable) or word.lookups is None)
