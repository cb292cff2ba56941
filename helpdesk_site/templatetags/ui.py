"""The words of the face (ui/DESIGN, part 5): icons, statuses, people, times. Each tag builds its string itself and
keeps what repeats, because a thread of 200 messages asks for all of them 200 times."""

import datetime
import re
from functools import lru_cache

from django import template
from django.conf import settings
from django.forms import Textarea
from django.templatetags.static import static
from django.utils import dateformat, formats, timezone
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_bidi, get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from engine.once import new_form_key
from helpdesk_site.lib import shapes
from helpdesk_site.lib.files import is_encrypted, size_words
from helpdesk_site.lib.toasts import undo_of

register = template.Library()


# --- What is the same for everybody ----------------------------------------------------------------------------------


@register.tag
def kept(parser, token):
    """`{% kept %}…{% endkept %}`: a part that is the same for everybody, drawn once a process and language.

    `{% kept row=row name=row.name %}` is drawn once for each set of these values, which can be hashed. Nothing else of
    the page's context reaches inside, so nothing of one reader can be kept for another.
    """
    _tag, *words = token.split_contents()
    values = template.base.token_kwargs(words, parser)
    if words:
        raise template.TemplateSyntaxError("kept takes name=value only")
    parts = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(parts, values)


class Kept(template.Node):
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
            own = template.Context(values)
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


# --- Icons -----------------------------------------------------------------------------------------------------------

OWN_SYMBOLS = ("s-", "p-", "i-")


@register.simple_tag
def icon(name, cls="", label=""):
    """One symbol of the sprite. Without `label` it is decoration; with one it speaks."""
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}"></use></svg>', *_looks(name, cls, label)
        )
    return _silent_icon(name, cls)


@lru_cache(maxsize=1024)
def _silent_icon(name, cls):
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


@register.filter
def file_icon(content_type):
    """The name of the icon for a content type: `{% icon file.content_type|file_icon %}`."""
    kind = content_type or ""
    return FILE_ICONS.get(kind) or FILE_ICONS.get(kind.partition("/")[0], "file-text")


# --- Status, priority, people ----------------------------------------------------------------------------------------

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


@register.simple_tag
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
        _silent_icon(glyph, ""),
        "word" if pill else "clip",
    )


@register.simple_tag
def prio(level, name, label=True):
    """A priority by its urgency (10 low, 20 normal, 30 high, 40 critical, anything between) and the operator's name."""
    key = prio_key(level)
    if label:
        return format_html("{}<span>{}</span>", _silent_icon(f"p-{key}", f"prio prio-{key}"), name)
    words = _("Priority: %(name)s") % {"name": name}
    return format_html('<span title="{}">{}</span>', words, icon(f"p-{key}", f"prio prio-{key}", words))


def prio_key(level):
    return "low" if level < 20 else "normal" if level < 30 else "high" if level < 40 else "urgent"


@register.simple_tag
def avatar(person, size="", hidden=True):
    """A person's picture or initials. `person` is a User, a plain name, or None for nobody.

    `size` is "", "sm", "xs" or "lg"; `hidden=False` where the name does not stand beside it.
    """
    if not person:
        return _nobody(size)
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


def _nobody(size):
    return format_html(
        '<span class="avatar{} avatar-none" role="img" aria-label="{}" title="{}">{}</span>',
        f" avatar-{size}" if size else "", _("Unassigned"), _("Unassigned"), _silent_icon("user", "icon-sm"),
    )  # fmt: skip


@register.simple_tag
def viewing(person, writing=False):
    """Somebody else is looking at this ticket, or writing in it."""
    name = person if isinstance(person, str) else person.full_name
    words = (_("%(name)s is replying") if writing else _("%(name)s is viewing")) % {"name": name}
    tone, glyph = ("red", "pencil") if writing else ("amber", "eye")
    return format_html(
        '<span class="viewing t-{}" title="{}">{}{}<span class="vh">{}</span></span>',
        tone, words, _silent_icon(glyph, ""), avatar(person, "xs"), words,
    )  # fmt: skip


# --- Time, in the reader's zone --------------------------------------------------------------------------------------

WEEK = 7 * 24 * 3600


@register.simple_tag(name="when", takes_context=True)
def when_on_page(context, moment, style="both", cls=""):
    """The same in a template, whose reader is asked for once a drawing and time zone."""
    if not moment:
        return ""
    zone, known = timezone.get_current_timezone(), getattr(context, "reader", (None, None))
    if known[0] is not zone:
        known = context.reader = zone, reader()
    return when_in(known[1], moment, style, cls)


def when(moment, style="both", cls=""):
    """A moment for people, in the active time zone; the exact one stands in `title` and `datetime`.

    `style`: "both" 2 minutes ago (14:03); "two" the same on two lines; "relative" 2 minutes ago; "short" 2 min;
    "absolute" 20 November 2026, 14:03; "clock" 14:03, with the day unless it is today; "date". After a week an age is
    told as its day.
    """
    return when_in(reader(), moment, style, cls) if moment else ""


def reader():
    """What all times of a page depend on: the moment it is drawn, and the reader's language, zone and day."""
    now = timezone.now()
    return now.timestamp(), (get_language(), timezone.get_current_timezone_name(), timezone.localdate(now))


def when_in(reader, moment, style="both", cls=""):
    """The same for somebody who draws hundreds of moments for one reader."""
    (now, place), second = reader, int(moment.timestamp())
    age = now - second
    if style in REL and -60 <= age < WEEK:
        inside, below = _beside(second, style, *place)
        attributes, told = _attributes(second, style, cls, *place[:2]), _age(age, style)
        return format_html("<time {}>{}{}</time>{}", attributes, told, inside, below)
    return _dated(second, style, cls, *place)


@lru_cache(maxsize=16384)
def _dated(second, style, cls, language, zone, today):
    """A moment that is not told as its age: the same all day."""
    local, (_inside, below) = _local(second), _beside(second, style, language, zone, today, aged=False)
    attributes = _attributes(second, "", cls, language, zone)
    return format_html("<time {}>{}</time>{}", attributes, _day(local, today, style), below)


@lru_cache(maxsize=16384)
def _attributes(second, style, cls, language, zone):
    kind = format_html(' class="{}"', cls) if cls else ""
    return format_html("{}{}{}", _exactly(second, language, zone), REL[style] if style else "", kind)


def _local(second):
    return timezone.localtime(datetime.datetime.fromtimestamp(second, datetime.UTC))


def exactly(moment):
    """The attributes of a <time> that say a moment to the second. Spelt once: lists show the same moments all day."""
    return _exactly(int(moment.timestamp()), get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=16384)
def _exactly(second, language, zone):
    local = _local(second)
    moment = local.astimezone(datetime.UTC)
    machine, people = moment.strftime("%Y-%m-%dT%H:%M:%SZ"), written(local, "DATETIME_FORMAT")
    return format_html('datetime="{}" title="{}, {}"', machine, people, local.tzname())


# The attribute that lets the script keep an age right, for the styles that are ages.
REL = {style: format_html(' data-rel="{}"', style) for style in ("both", "two", "relative", "short")}


def _age(seconds, style):
    return ago_short(seconds) if style == "short" else ago(seconds)


def _day(local, today, style):
    """What stands for a moment that is not told as its age."""
    if style == "short":
        return short_day(local, today)
    if style == "clock":
        return clock(local, today)
    return written(local, "DATETIME_FORMAT" if style == "absolute" else "DATE_FORMAT")


@lru_cache(maxsize=16384)
def _beside(second, style, language, zone, today, aged=True):
    """The hour inside the same line, and the hour on a line below."""
    local = _local(second)
    if style == "both" and aged:
        return format_html("<span> ({})</span>", clock(local, today)), ""
    if style == "two":
        return "", format_html("<small>{}</small>", clock(local, today) if aged else written(local, "TIME_FORMAT"))
    return "", ""


def written(local, format_name):
    """As `formats.date_format`, whose pattern is cut anew each time and costs three times as much."""
    return _spell(local, formats.get_format(format_name))


def short_day(local, today):
    """“12 Nov”, with the year unless it is this one."""
    pattern = formats.get_format("SHORT_DATE_FORMAT")
    return _spell(local, re.sub(r"\W*Y", "", pattern) if local.year == today.year else pattern)


def _spell(local, pattern):
    look = dateformat.DateFormat(local)
    return "".join(str(getattr(look, piece)()) if letter else piece for letter, piece in _cut(pattern))


@lru_cache(maxsize=64)
def _cut(pattern):
    """A date pattern as (is a format letter, text) pairs."""
    parts = enumerate(dateformat.re_formatchars.split(pattern))
    return [(bool(i % 2), part if i % 2 else dateformat.re_escaped.sub(r"\1", part)) for i, part in parts if part]


def ago(seconds):
    """“3 minutes ago”, in the active language."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


def ago_short(seconds):
    """“3 min” for a narrow column; the words do not decline."""
    minutes = max(int(seconds // 60), 0)
    if minutes < 60:
        return pgettext("age", "%(n)s min") % {"n": minutes}
    if minutes < 24 * 60:
        return pgettext("age", "%(n)s h") % {"n": minutes // 60}
    return pgettext("age", "%(n)s d") % {"n": minutes // 1440}


def clock(local, today):
    """The hour, and the day unless it is today."""
    return _clock(local.replace(second=0, microsecond=0, tzinfo=None), local.date() == today, get_language())


@lru_cache(maxsize=16384)
def _clock(local, is_today, language):  # `local` without its zone: the same instant in two zones is two hours
    hour = written(local, "TIME_FORMAT")
    if is_today:
        return hour
    return pgettext("day and hour", "%(day)s, %(hour)s") % {"day": written(local, "MONTH_DAY_FORMAT"), "hour": hour}


@register.simple_tag
def time_zone_name():
    """The zone times are shown in, for the foot of the page: “Europe/Moscow, UTC+3”."""
    now = timezone.localtime()
    offset = int(now.utcoffset().total_seconds()) // 60
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset), 60)
    shown = f"UTC{'+' if offset > 0 else '−'}{hours}" + (f":{minutes:02}" if minutes else "")
    return f"{str(timezone.get_current_timezone_name()).replace('_', ' ')}, {shown}"


# --- Words for numbers and files -------------------------------------------------------------------------------------


register.filter("file_size", size_words)
register.filter("is_encrypted", is_encrypted)


@register.filter
def message_id(number):
    """The anchor of message `number` on its ticket's page: m4."""
    return f"m{number}"


@register.simple_tag
def message_link(number, anchor="", home=""):
    """“#4”, the permalink of a message; “KTR-482913 #4” of one that came along with a merged ticket."""
    words = _("#%(number)s, link to this message") % {"number": number}
    pieces = {"anchor": anchor or f"m{number}", "words": words, "number": number, "home": home}
    return format_html('<a class="msg-n" href="#{anchor}" aria-label="{home}{words}">{home}#{number}</a>', **pieces)


# --- Forms, lists and the page itself --------------------------------------------------------------------------------


@register.simple_tag
def form_key():
    """The hidden key that makes a form count once, however often it is sent."""
    return shapes.filled('<input type="hidden" name="form_key" value="{key}">', {"key": new_form_key()})


@register.filter
def undo(message):
    """The Undo a toast carries (lib/toasts.py), or None."""
    return undo_of(message)


@register.simple_tag(takes_context=True)
def sort_head(context, field, label, cls="", current="", hide_label=False):
    """A heading that sorts its list: `?sort=field`, or `-field` when it is sorted so already. Pages start anew."""
    request = context["request"]
    now = current or request.GET.get("sort", "")
    query = request.GET.copy()
    query.pop("cursor", None)
    query["sort"] = f"-{field}" if now == field else field
    direction = {field: ("ascending", "arrow-up"), f"-{field}": ("descending", "arrow-down")}.get(now)
    return format_html(
        '<th scope="col" class="{}"{}><a class="sort" href="?{}"{} rel="nofollow">{}{}</a></th>',
        cls,
        format_html(' aria-sort="{}"', direction[0]) if direction else "",
        query.urlencode(),
        format_html(' title="{}"', label) if hide_label else "",
        format_html('<span class="vh">{}</span>', label) if hide_label else label,
        _silent_icon(direction[1] if direction else "arrows-sort", "") if direction or hide_label else "",
    )


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
        _silent_icon("arrow-up", ""),
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
    return format_html(
        '{}{} data-zone="{}"',
        _language_attrs(get_language() or settings.LANGUAGE_CODE),
        theme_attr(context),
        timezone.get_current_timezone_name(),
    )


@lru_cache(maxsize=16)
def _language_attrs(language):
    """For the active language, which is `language`."""
    return format_html(
        'lang="{}" dir="{}" data-now="{}" data-units="{}|{}|{}"',
        html_language(language),
        "rtl" if get_language_bidi() else "ltr",
        _("just now"),
        pgettext("age", "%(n)s min") % {"n": "#"},
        pgettext("age", "%(n)s h") % {"n": "#"},
        pgettext("age", "%(n)s d") % {"n": "#"},
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
