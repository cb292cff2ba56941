"""HTML drawn once with holes, and filled for each row: what makes long lists cheap (part 10, Speed).

A shape is a template of ours rendered with `holes()` in the places of a row's own words. Whoever fills it hands over
pieces that are HTML already: made by format_html, by our tags, or escaped. This is the only place beside the sanitiser
that calls a text safe (T04), and nothing that people wrote reaches it unescaped: test_shapes says so for every list.
"""

from django.utils.safestring import SafeString


def holes(names) -> dict[str, SafeString]:
    """For rendering a shape: each name stands for itself in braces."""
    return {name: SafeString("{" + name + "}") for name in names}


def filled(shape: str, pieces) -> SafeString:
    """The shape with its pieces, each of them HTML already."""
    return SafeString(shape.format(**pieces))


def joined(parts) -> SafeString:
    """Parts that are HTML already, one after the other."""
    return SafeString("".join(parts))


def swapped(html, mark: str, address: str) -> SafeString:
    """HTML with an address of ours in the place of a mark."""
    return SafeString(html.replace(mark, address))
