"""A text, rendered before the transaction that saves it (ARCHITECTURE, seven lines, 3)."""

from dataclasses import dataclass

from helpdesk_site.lib import text

from .models import Message


@dataclass(frozen=True)
class Written:
    """What somebody wrote, with its safe HTML and the version of the renderer that made it.

    Of mail: `quoted` is what it repeats of older mail, `incoming` its row in the raw store, `trust` who vouches for it.
    """

    body: str
    html: str
    format: str = Message.Format.MARKDOWN
    renderer: int = text.RENDERER_VERSION
    quoted: str = ""
    incoming: object = None
    trust: str = Message.Trust.PORTAL


def write(source):
    """Clean and render a Markdown text. Slow for long texts: never call it inside a transaction."""
    body = text.clean_input(source).strip("\n")
    return Written(body=body, html=text.render_markdown(body))


def write_plain(source):
    """Clean and render a plain text, as it comes by mail or from a rule."""
    body = text.clean_input(source).strip("\n")
    return Written(body=body, html=text.render_plain(body), format=Message.Format.PLAIN)
