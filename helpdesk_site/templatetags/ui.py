"""The words of the face (ui/DESIGN, part 5), as templates say them.

How things look is in lib/looks.py, how moments are told in lib/moments.py, what is drawn once in lib/kept.py.
"""

from functools import lru_cache
from itertools import count

from django import template
from django.conf import settings
from django.forms import Textarea
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import get_language, get_language_bidi, get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from engine.once import new_form_key
from helpdesk_site.lib import looks, moments, shapes
from helpdesk_site.lib.files import is_encrypted, size_words
from helpdesk_site.lib.kept import kept
from helpdesk_site.lib.numbers import readable
from helpdesk_site.lib.toasts import undo_of

register = template.Library()

register.tag("kept", kept)
for tag in (
    looks.icon, looks.status, looks.prio, looks.avatar, looks.viewing, looks.stars, looks.star_words,
    moments.time_zone_name, moments.in_full, moments.countdown,
):  # fmt: skip
    register.simple_tag(tag)
register.filter("number", readable)
for name, words in {"file_icon": looks.file_icon, "file_size": size_words, "is_encrypted": is_encrypted}.items():
    register.filter(name, words)


@register.simple_tag(name="when", takes_context=True)
def when_on_page(context, moment, style="both", cls=""):
    """The same in a template, whose reader is asked for once a drawing and time zone."""
    if not moment:
        return ""
    zone, known = timezone.get_current_timezone(), getattr(context, "reader", (None, None))
    if known[0] is not zone:
        known = context.reader = zone, moments.reader()
    return moments.when_in(known[1], moment, style, cls)


@register.filter
def message_id(number):
    """The anchor of message `number` on its ticket's page: m4."""
    return f"m{number}"


@register.simple_tag
def message_link(number, anchor="", home=""):
    """“#4”, the permalink of a message; “KTR-482913 #4” of one that came along with a merged ticket."""
    return _message_link(number, anchor or f"m{number}", home, get_language())


@lru_cache(maxsize=4096)
def _message_link(number, anchor, home, language):
    words = _("#%(number)s, link to this message") % {"number": number}
    pieces = {"anchor": anchor, "words": words, "number": number, "home": home}
    return format_html('<a class="msg-n" href="#{anchor}" aria-label="{home}{words}">{home}#{number}</a>', **pieces)


# --- Forms, lists and the page itself --------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def form_key(context):
    """The hidden key that makes a form count once, however often it is sent: a key of the page's own, and which of its
    forms it is."""
    if not hasattr(context, "form_keys"):
        context.form_keys = new_form_key(), count(1)
    key, numbers = context.form_keys
    return shapes.filled('<input type="hidden" name="form_key" value="{key}-{n}">', {"key": key, "n": next(numbers)})


@register.filter
def undo(message):
    """The Undo a toast carries (lib/toasts.py), or None."""
    return undo_of(message)


@register.simple_tag(takes_context=True)
def sort_head(context, field, label, cls="", current="", hide_label=False):
    """A heading that sorts its list: `?sort=field`, or `-field` when it is sorted so already. Pages start anew."""
    now = current or context["request"].GET.get("sort", "")
    direction = {field: ("ascending", "arrow-up"), f"-{field}": ("descending", "arrow-down")}.get(now)
    opening, closing = _around_sort(cls, str(label), bool(hide_label), direction)
    return shapes.joined((opening, _unsorted(context), escape(f"-{field}" if now == field else field), closing))


def _unsorted(context):
    """The page's own query without its order and its place, up to the new order: asked for once a drawing."""
    if not hasattr(context, "unsorted"):
        query = context["request"].GET.copy()
        for name in ("cursor", "sort"):
            query.pop(name, None)
        context.unsorted = escape(f"?{query.urlencode()}&sort=" if query else "?sort=")
    return context.unsorted


@lru_cache(maxsize=1024)
def _around_sort(cls, label, hide_label, direction):
    """What stands before and after the address of a heading."""
    opening = format_html(
        '<th scope="col" class="{}"{}><a class="sort" href="',
        cls,
        format_html(' aria-sort="{}"', direction[0]) if direction else "",
    )
    closing = format_html(
        '"{} rel="nofollow">{}{}</a></th>',
        format_html(' title="{}"', label) if hide_label else "",
        format_html('<span class="vh">{}</span>', label) if hide_label else label,
        looks.silent_icon(direction[1] if direction else "arrows-sort", "") if direction or hide_label else "",
    )
    return opening, closing


WIDGET_KINDS = {"select": "select", "checkbox": "check", "password": "password"}
KIND_CLASSES = {"check": "", "group": "", "select": "select", "area": "area"}


@register.simple_tag
def field_kind(field):
    """How a form field is drawn: "group" of choices, "check", "select", "password", "area" or "input"."""
    if field.use_fieldset:
        return "group"
    if isinstance(field.field.widget, Textarea):
        return "area"
    return WIDGET_KINDS.get(getattr(field.field.widget, "input_type", ""), "input")


@register.filter
def first_control(field):
    """The id a link to this field leads to: its control, or the first of its choices."""
    if field.id_for_label or not field.subwidgets:
        return field.id_for_label or field.auto_id
    return field.subwidgets[0].id_for_label


@register.simple_tag
def widget(field):
    """A form field's control in the class of its kind; the attributes the form set itself stay."""
    cls = f"{KIND_CLASSES.get(field_kind(field), 'input')} {field.field.widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={"class": cls} if cls else None)


@register.simple_tag
def new_rows_pill():
    """“Show 3 new tickets”, hidden until the script knows of some, and how many have changed, for those who listen; the
    plural forms travel for 1, 2 and 5."""
    new = "|".join(ngettext("Show %(n)s new ticket", "Show %(n)s new tickets", n) % {"n": "#"} for n in (1, 2, 5))
    changed = "|".join(ngettext("%(n)s ticket changed.", "%(n)s tickets changed.", n) % {"n": "#"} for n in (1, 2, 5))
    return format_html(
        '<div role="status"><div class="newrows" hidden><button class="btn btn-sm" type="button" data-new-rows'
        ' data-words="{}">{}<span></span></button></div><span class="vh" data-changed="{}"></span></div>',
        new,
        looks.silent_icon("arrow-up", ""),
        changed,
    )


@register.simple_tag(takes_context=True)
def theme_attr(context):
    """The attribute that fixes the theme: the user's setting, else the cookie of the theme form, else the device."""
    request = context.get("request")
    theme = context.get("theme") or (request.COOKIES.get("theme", "") if request else "")
    return format_html(' data-theme="{}"', theme) if theme in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def html_attrs(context):
    """What <html> carries: language, direction, theme, and what the script needs to keep times right."""
    language, zone = get_language() or settings.LANGUAGE_CODE, timezone.get_current_timezone_name()
    return _html_attrs(language, theme_attr(context), zone)


@lru_cache(maxsize=4096)
def _html_attrs(language, theme, zone):
    """For the active language, which is `language`."""
    return format_html(
        'lang="{}" dir="{}" data-now="{}" data-units="{}|{}|{}"{} data-zone="{}"',
        html_language(language),
        "rtl" if get_language_bidi() else "ltr",
        _("just now"),
        pgettext("age", "%(n)s min") % {"n": "#"},
        pgettext("age", "%(n)s h") % {"n": "#"},
        pgettext("age", "%(n)s d") % {"n": "#"},
        theme,
        zone,
    )


def html_language(code):
    """Django's code as the web writes it: pt-br is pt-BR."""
    language, _dash, region = code.partition("-")
    return f"{language}-{region.upper()}" if region else language


@register.simple_tag
def languages():
    """What the language menu offers: code for the form, code for `lang`, the language's own name, whether it is now."""
    now = get_language()
    return [{**row, "current": row["code"] == now} for row in _offered()]


@lru_cache(maxsize=1)
def _offered():
    names = {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}
    rows = [(code, name[:1].upper() + name[1:]) for code, name in names.items()]
    return [{"code": code, "html": html_language(code), "name": name} for code, name in rows]
