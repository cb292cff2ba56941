"""Parts of a page that are drawn once for all who see the same."""

from django.template import Context, Node, TemplateSyntaxError
from django.template.base import token_kwargs
from django.utils.translation import get_language


def kept(parser, token):
    """`{% kept %}…{% endkept %}`: a part that is the same for everybody, drawn once a process and language.

    `{% kept row=row name=row.name %}` is drawn once for each set of these values, which can be hashed. Nothing else of
    the page's context reaches inside, so nothing of one reader can be kept for another.
    """
    _tag, *words = token.split_contents()
    values = token_kwargs(words, parser)
    if words:
        raise TemplateSyntaxError("kept takes name=value only")
    parts = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(parts, values)


class Kept(Node):
    child_nodelists = ("parts",)
    MOST = 4096  # drawings of one place; then it begins anew

    def __init__(self, parts, values=None):
        self.parts, self.values, self.drawn = parts, values or {}, {}

    def render(self, context):
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = language_of(context), *((type(value), value) for value in values.values())  # safe text is no plain text
        if key not in self.drawn:
            if len(self.drawn) >= self.MOST:
                self.drawn.clear()
            own = Context(values)
            with own.bind_template(context.template):
                drawn = self.drawn[key] = self.parts.render(own)
            return drawn
        return self.drawn[key]


def language_of(context):
    """The language a template is drawn in, asked for once: none of ours changes it half-way."""
    try:
        return context.language
    except AttributeError:
        context.language = get_language()
        return context.language
