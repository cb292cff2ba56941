"""How things look on every page (ui/DESIGN, part 5): icons, statuses, priorities, people.

Each builds its string itself and keeps what repeats, because a thread of 200 messages asks for all of them 200 times.
"""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .numbers import readable

OWN_SYMBOLS = ("s-", "p-", "i-")


def icon(name, cls="", label=""):
    """One symbol of the sprite. Without `label` it is decoration; with one it speaks."""
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}"></use></svg>', *_looks(name, cls, label)
        )
    return silent_icon(name, cls)


@lru_cache(maxsize=1024)
def silent_icon(name, cls):
    extra, href = _looks(name, cls)
    return format_html('<svg class="icon{}" aria-hidden="true"><use href="{}"></use></svg>', extra, href)


def _looks(name, cls, *label):
    symbol = name if name.startswith(OWN_SYMBOLS) else f"i-{name}"
    return (f" {cls}" if cls else "", *label, f"{sprite()}#{symbol}")


@lru_cache(maxsize=1)
def sprite():
    """The hashed address of the sprite, asked of the manifest once a process."""
    return static("icons/sprite.svg")


FILE_ICONS = {"image": "photo", "application/zip": "file-zip", "application/gzip": "file-zip"}


def file_icon(content_type):
    """The name of the icon for a content type: `{% icon file.content_type|file_icon %}`."""
    kind = content_type or ""
    return FILE_ICONS.get(kind) or FILE_ICONS.get(kind.partition("/")[0], "file-text")


# --- Status, priority, people -----------------------------------------------------------------------------------------

CATEGORY_LOOKS = {  # category: glyph, tone
    "new": ("s-new", "blue"),
    "waits_staff": ("s-new", "blue"),
    "in_progress": ("s-progress", "violet"),
    "waits_client": ("s-waiting", "amber"),
    "paused": ("s-hold", "gray"),
    "closed": ("s-closed", "green"),
}
TONES = ("blue", "teal", "violet", "amber", "green", "pink", "red", "gray", "accent")
FACES = TONES[:7]
HIDDEN = format_html('aria-hidden="{}"', "true")


def status(category, word, pill=True, tone=""):
    """A status: the glyph and tone of its category, the operator's own word and tone, if any."""
    return format_html("{}{}</span></span>", _status_opening(category, bool(pill), tone or ""), word)


@lru_cache(maxsize=256)
def _status_opening(category, pill, tone):
    glyph, own_tone = CATEGORY_LOOKS.get(category, ("s-hold", "gray"))
    return format_html(
        '<span class="status {}t-{}">{}<span class="{}">',
        "status-pill " if pill else "",
        tone if tone in TONES else own_tone,
        silent_icon(glyph, ""),
        "word" if pill else "clip",
    )


def prio(level, name, label=True):
    """A priority by its urgency (10 low, 20 normal, 30 high, 40 critical, anything between) and the operator's name."""
    key = prio_key(level)
    if label:
        return format_html("{}<span>{}</span>", silent_icon(f"p-{key}", f"prio prio-{key}"), name)
    return _prio_alone(key, name + "", get_language())


@lru_cache(maxsize=256)
def _prio_alone(key, name, language):
    words = _("Priority: %(name)s") % {"name": name}
    return format_html('<span title="{}">{}</span>', words, icon(f"p-{key}", f"prio prio-{key}", words))


def prio_key(level):
    return "low" if level < 20 else "normal" if level < 30 else "high" if level < 40 else "urgent"


def avatar(person, size="", hidden=True):
    """A person's picture or initials. `person` is a User, a plain name, or None for nobody.

    `size` is "", "sm", "xs" or "lg"; `hidden=False` where the name does not stand beside it.
    """
    if not person:
        return _nobody(size, get_language())
    name = person if isinstance(person, str) else person.full_name
    picture = "" if isinstance(person, str) else getattr(person, "picture_url", "")
    if picture:
        return format_html(
            '<img class="avatar{}" src="{}" alt="{}" width="48" height="48" loading="lazy">',
            f" avatar-{size}" if size else "", picture, "" if hidden else name,
        )  # fmt: skip
    return _initials(name + "", size, bool(hidden))  # + "": a cache key is never a safe string


@lru_cache(maxsize=4096)
def _initials(name, size, hidden):
    parts = name.replace("-", " ").split() or ["?"]
    letters = (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
    spoken = format_html('role="img" aria-label="{0}" title="{0}"', name) if not hidden else HIDDEN
    return format_html(
        '<span class="avatar{} t-{}" {}>{}</span>',
        f" avatar-{size}" if size else "", FACES[sum(map(ord, name)) % len(FACES)], spoken, letters,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _nobody(size, language):
    return format_html(
        '<span class="avatar{} avatar-none" role="img" aria-label="{}" title="{}">{}</span>',
        f" avatar-{size}" if size else "", _("Unassigned"), _("Unassigned"), silent_icon("user", "icon-sm"),
    )  # fmt: skip


def viewing(person, writing=False):
    """Somebody else is looking at this ticket, or writing in it."""
    name = person if isinstance(person, str) else person.full_name
    return _viewing(name + "", avatar(person, "xs"), bool(writing), get_language())


@lru_cache(maxsize=4096)
def _viewing(name, face, writing, language):
    words = (_("%(name)s is replying") if writing else _("%(name)s is viewing")) % {"name": name}
    tone, glyph = ("red", "pencil") if writing else ("amber", "eye")
    return format_html(
        '<span class="viewing t-{}" title="{}">{}{}<span class="vh">{}</span></span>',
        tone, words, silent_icon(glyph, ""), face, words,
    )  # fmt: skip


# --- Stars ------------------------------------------------------------------------------------------------------------

STARS = 5


def stars(given):
    """A rating as it was given, or a mean of several, which may have decimals; None for none."""
    return _stars(int(given + 0.5), str(readable(given)), get_language()) if given else ""


@lru_cache(maxsize=1024)
def _stars(full, said, language):
    words = _("Rated %(n)s out of 5 stars") % {"n": said}
    return format_html(
        '<span class="stars-read" role="img" aria-label="{0}" title="{0}">{1}</span>',
        words, format_html_join("", "{}", ((silent_icon("star", "on" if at < full else ""),) for at in range(STARS))),
    )  # fmt: skip


def star_words():
    """[(1, “1 of 5 stars: poor”) … (5, “5 of 5 stars: excellent”)], to choose from (S171)."""
    words = [
        _("1 of 5 stars: poor"), _("2 of 5 stars: fair"), _("3 of 5 stars: good"), _("4 of 5 stars: very good"),
        _("5 of 5 stars: excellent"),
    ]  # fmt: skip
    return list(enumerate(words, 1))
