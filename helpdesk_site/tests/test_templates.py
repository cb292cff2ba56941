"""T04: nothing inline and nothing unescaped in templates and code, outside the one sanitiser."""

import re
from pathlib import Path

from django.conf import settings
from django.template import TemplateSyntaxError, engines

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
LETTERS = ROOT / "templates/mail"  # a mail program knows no style sheet of ours
CODE = sorted(
    path
    for app in ("engine", "audit", "mail", "accounts", "departments", "tickets", "helpdesk_site")
    for path in (ROOT / app).glob("**/*.py")
    if "tests" not in path.parts and "migrations" not in path.parts
)
SANITISER = ROOT / "helpdesk_site/lib"

INLINE = {
    "a script": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "a style sheet": re.compile(r"<style\b", re.I),
    "a handler": re.compile(r"\son[a-z]+\s*=\s*[\"'{]", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "a style": re.compile(r"\sstyle\s*=", re.I),
    "evaluated code": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:|hx-headers\s*=\s*[\"']js:", re.I),
}
UNESCAPED = {
    "|safe": re.compile(r"\|\s*(safe|safeseq)\b"),
    "autoescape off": re.compile(r"autoescape\s+off"),
    "|escapejs in a page": re.compile(r"\|\s*escapejs\b"),
}
TRUSTED = re.compile(r"\b(mark_safe|SafeString|SafeText|allow_tags|__html__)\b")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.S)


def name(path):
    return str(path.relative_to(ROOT))


def offences(text, rules):
    return [f"{what}: {found.group(0)!r}" for what, rule in rules.items() for found in rule.finditer(text)]


def guilty(paths, said_of):
    """{name: what is wrong} of the files something can be said against."""
    return {name(path): said for path in paths if (said := said_of(path))}


def test_no_template_has_anything_inline_or_unescaped():
    """T04."""

    def said_of(path):
        rules = UNESCAPED if LETTERS in path.parents else {**INLINE, **UNESCAPED}
        return offences(COMMENT.sub("", path.read_text()), rules)

    assert len(TEMPLATES) > 100
    assert guilty(TEMPLATES, said_of) == {}


def test_no_code_outside_the_sanitiser_declares_text_safe():
    """T04: format_html and the sanitiser's own Markup are the only ways to HTML."""
    assert len(CODE) > 100
    outside = [path for path in CODE if SANITISER not in path.parents]
    assert guilty(outside, lambda path: TRUSTED.findall(path.read_text())) == {}


def test_every_template_can_be_read():
    """Every template compiles, also the ones no test opens."""

    def said_of(path):
        try:
            engines["django"].get_template(str(path.relative_to(ROOT / "templates")))
        except TemplateSyntaxError as error:
            return str(error)
        return ""

    assert guilty(TEMPLATES, said_of) == {}


def test_the_lint_finds_what_it_looks_for():
    """The control: each rule of T04 strikes."""
    wrong = "<script>x</script><style>x</style><a onclick='x' style=\"x\" href='javascript:x' data-hx-on:click=x>"
    assert len(offences(wrong, INLINE)) == len(INLINE)
    assert len(offences("{{ x|safe }}{% autoescape off %}{{ x | escapejs }}", UNESCAPED)) == len(UNESCAPED)
    assert TRUSTED.search("mark_safe(x)")
    assert offences('<script src="/static/x.js" defer></script><p class="one">{{ x }}</p>', INLINE) == []
