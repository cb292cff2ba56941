"""Templates loaded once and folded: what is the same on every page is drawn once a language (part 10, Speed).

A third of a page says the same to everybody: `{% translate "Reply" %}`, `{% icon "quote" %}`, `{% url "desk" %}`.
Neighbours of that kind become one piece, drawn when first shown and kept a language. Nothing that reads the page's
context is ever folded, so nothing of one reader can be kept for another.
"""

from django.template import Context
from django.template.base import Node, NodeList, TextNode, TokenType
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode

from .lib import looks
from .lib.expressions import QuickTemplate, is_plain
from .lib.kept import Kept, language_of
from .quick import quicker
from .templatetags import ui

SILENT = (CommentNode, LoadNode)
SAME_FOR_ALL = {looks.icon, looks.status, ui.message_link}  # tags that only depend on what they are given


class Sources(base.Loader):
    """Reads a template as Django's loader does, and makes it one of ours."""

    def get_template(self, template_name, skip=None):
        found = super().get_template(template_name, skip)
        return QuickTemplate(found.source, found.origin, found.name, found.engine)


class Loader(cached.Loader, Sources):
    """Django's cached loader, which folds each template when it is loaded."""

    def get_template(self, template_name, skip=None):
        known = self.cache_key(template_name, skip) in self.get_template_cache
        template = super().get_template(template_name, skip)
        if not known:
            fold(template.nodelist)
        return template


class Folded(Node):
    """Neighbouring nodes that are the same for everybody, drawn once a language."""

    def __init__(self, parts):
        self.parts, self.drawn = NodeList(parts), {}

    def render_annotated(self, context):
        language = language_of(context)
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
        folded.append(quicker(node))
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
    if isinstance(node, Kept):
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
