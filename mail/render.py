"""Writing a letter in the recipient's language and time zone: `templates/mail/<name>.subject.txt`, `.txt`, `.html`."""
import zoneinfo
from typing import NamedTuple

from django.conf import settings
from django.template import Context, engines
from django.utils import timezone, translation

from helpdesk_site.lib.text import clean_line


class Rendered(NamedTuple):
    """What `outbox.enqueue` takes as subject, text and html."""

    subject: str
    text: str
    html: str


def render_letter(template_base, context, language, zone) -> Rendered:
    """Render one letter for one person, as `language` and `zone` (a name or a tzinfo; unknown ones fall back).

    Subject and text are plain, so nothing in them is escaped; the HTML is. Templates get `base_url`, `language`,
    `direction` and `subject` besides the context.
    """
    with translation.override(known_language(language)), timezone.override(known_zone(zone)):
        context = {
            **context,
            "base_url": settings.BASE_URL,
            "language": translation.get_language(),
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        subject = clean_line(render_part(f"mail/{template_base}.subject.txt", context, autoescape=False))
        context["subject"] = subject
        text = render_part(f"mail/{template_base}.txt", context, autoescape=False)
        html = render_part(f"mail/{template_base}.html", context, autoescape=True)
    return Rendered(subject, without_gaps(text), html.strip() + "\n")


def known_language(language):
    """The language when the portal speaks it, else the portal's own."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def known_zone(zone):
    """A tzinfo for a name or a tzinfo; UTC for what no system knows."""
    if not isinstance(zone, str):
        return zone or zoneinfo.ZoneInfo("UTC")
    try:
        return zoneinfo.ZoneInfo(zone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def without_gaps(text):
    """Text without the empty lines that template tags leave: never two in a row, none at the ends. The line before the
    foot keeps its space, by which mail programs know a signature (RFC 3676)."""
    lines = []
    for line in (line if line == "-- " else line.rstrip() for line in text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def render_part(name, context, *, autoescape):
    """One of our templates as it stands, in the active language and time zone."""
    template = engines["django"].engine.get_template(name)
    return template.render(Context(context, autoescape=autoescape))
