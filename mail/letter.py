"""From a row to the bytes of a letter (RFC 5322, 2045, 2231): pure but for reading files and the settings.

Headers are written by hand, each encoded as it needs, and checked once more at the end: nothing that came from a person
can end a line (T12). Text parts go as quoted-printable or base64, so that no server on the way needs to change a byte.
"""
import re
import textwrap
from datetime import UTC
from email import encoders
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import quote

import css_inline
from django.core.files.storage import storages
from django.utils import translation
from django.utils.encoding import punycode
from django.utils.html import format_html
from django.utils.translation import gettext

from helpdesk_site.lib.text import html_to_text

CONTENT_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
LINE_END = re.compile(r"[\r\n\x00]")
FOLD = re.compile(r"\r?\n[ \t]")
# By default it would ask foreign servers for styles, and drop @media.
inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


class CannotBuild(Exception):
    """The row gives no letter: trying again gives none either."""


class Letter(NamedTuple):
    """What goes over the wire, and to whom."""

    sender: str
    recipient: str
    content: bytes
    file_name: str
    missing: tuple[str, ...]  # names of files that are no longer there


def build(mail, *, readable=False) -> Letter:
    """Return the letter of a row; `readable` leaves its text unencoded, for files that people and tests read.

    A file that is gone is named in the letter, which goes without it. Raises CannotBuild for what can never be a
    letter, OSError when a file cannot be read now.
    """
    parts, missing = attached(mail)
    text, html = mail.text or html_to_text(mail.html), mail.html
    if missing:
        text, html = with_apology(text, html, missing, mail.language)
    body = body_of(text, html, readable=readable)
    if parts:
        body = bundle("mixed", [body, *parts])
    recipient = wire_address(mail.to_address)
    write_headers(body, mail, recipient)
    try:
        content = body.as_bytes(policy=compat32.clone(linesep="\r\n", max_line_length=None))
    except (UnicodeError, ValueError, LookupError) as error:
        raise CannotBuild(str(error))
    return Letter(wire_address(mail.from_address), recipient, content, file_name(mail), tuple(missing))


# Head


def write_headers(letter, mail, recipient):
    """All headers of the letter, the fixed ones first. Raises CannotBuild for a value that would end a line."""
    written = {
        "From": mailbox(mail.from_name, wire_address(mail.from_address)),
        "To": mailbox(mail.to_name, recipient),
        "Subject": words(mail.subject),
        "Date": format_datetime(mail.due_at.astimezone(UTC)),
        "Message-ID": mail.message_id,
        "In-Reply-To": mail.in_reply_to,
        "References": mail.references,
        "Reply-To": wire_address(mail.reply_to) if mail.reply_to else "",
        **{name: words(value) for name, value in mail.headers.items()},
    }
    for name, value in written.items():
        if LINE_END.search(FOLD.sub(" ", value)) or LINE_END.search(name):
            raise CannotBuild(f"The header {name!r} would break the line.")
        if value:
            letter[name] = folded(name, value)


def folded(name, value):
    """The value in lines of at most 78 characters, broken at spaces only and never right after the colon: some
    programs lose a Message-ID that stands on a line of its own."""
    if FOLD.search(value):
        return value
    first = " " * len(f"{name}:")
    lines = textwrap.wrap(value, 77, initial_indent=first, break_long_words=False, break_on_hyphens=False)
    return "\n ".join(line.strip() for line in lines)


def words(text):
    """A header's text: as it is when it is plain ASCII, else as encoded words that no reader can take for a header."""
    return text if text.isascii() and "=?" not in text else Header(text, "utf-8", maxlinelen=70).encode()


def mailbox(name, address):
    """`Name <address>`, the name quoted or encoded."""
    if not name:
        return address
    if name.isascii() and "=?" not in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{Header(name, 'utf-8', maxlinelen=70).encode()} <{address}>"


def wire_address(address):
    """The address in ASCII, its domain in punycode. Raises CannotBuild when it has no such form."""
    local, at, domain = address.rpartition("@")
    try:
        wire = f"{local}@{punycode(domain)}"
        wire.encode("ascii")
    except UnicodeError:
        raise CannotBuild(f"The address {address!r} cannot be written in a letter.")
    if not at or not local or LINE_END.search(wire) or " " in wire:
        raise CannotBuild(f"{address!r} is no address.")
    return wire


def file_name(mail):
    """When, number, kind and recipient: sorts by time, is found by address, and stays the same when written twice."""
    to = re.sub(r"[^A-Za-z0-9@._+-]", "_", mail.to_address)[:80]
    kind = re.sub(r"[^a-z_]", "", mail.kind)
    return f"{mail.due_at:%Y%m%d-%H%M%S}-{mail.pk:06}-{kind}-{to}.eml"


# Body


def body_of(text, html, *, readable):
    plain = text_part(text or "", "plain", readable=readable)
    if not html:
        return plain
    return bundle("alternative", [plain, text_part(styled(html), "html", readable=readable)])


def styled(html):
    """The HTML with its styles beside the elements, for programs that drop `<style>`; as it was if that fails."""
    try:
        return inliner.inline(html)
    except (css_inline.InlineError, ValueError):
        return html


def text_part(text, subtype, *, readable):
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    charset = Charset("utf-8")
    charset.body_encoding = None if readable else text_encoding(text)
    part.set_payload(text, charset)
    return part


def text_encoding(text):
    """Quoted-printable while it stays readable; Cyrillic would grow threefold, so base64."""
    foreign = sum(not character.isascii() for character in text[:4000])
    return QP if foreign * 5 < min(len(text), 4000) or not text else BASE64


def bundle(subtype, parts):
    whole = MIMEMultipart(subtype)
    for part in parts:
        del part["MIME-Version"]
        whole.attach(part)
    return whole


# Files


def attached(mail):
    """The files as parts, and the names of those that are gone. Raises OSError when the storage does not answer."""
    parts, missing = [], []
    for file in mail.files.order_by("pk"):
        try:
            with storages["attachments"].open(file.stored_as) as stored:
                parts.append(file_part(file, stored.read()))
        except FileNotFoundError:
            missing.append(file.name)
    return parts, missing


def file_part(file, content):
    kind = file.content_type.lower()
    part = MIMEBase(*(kind if CONTENT_TYPE.fullmatch(kind) else "application/octet-stream").split("/"))
    part.set_payload(content)
    encoders.encode_base64(part)
    part["Content-Disposition"] = ";\n ".join(["attachment", *name_parameters(file.name)])
    return part


def name_parameters(name):
    """The file's name as RFC 2231 parameters, in pieces when it is long, so that no line grows past its limit."""
    if name.isascii() and len(name) <= 60:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return [f'filename="{escaped}"']
    coded, pieces, piece = [quote(character, safe="") for character in name], [], "utf-8''"
    for character in coded:
        if len(piece) + len(character) > 60:
            pieces.append(piece)
            piece = ""
        piece += character
    pieces.append(piece)
    if len(pieces) == 1:
        return [f"filename*={pieces[0]}"]
    return [f"filename*{place}*={piece}" for place, piece in enumerate(pieces)]


def with_apology(text, html, missing, language):
    """Text and HTML with a sentence for each file that could not be sent along, in the recipient's language."""
    with translation.override(language or None):
        sentences = [
            gettext("The file “%(name)s” could not be attached to this e-mail. Please ask us for it.") % {"name": name}
            for name in missing
        ]
    text = "\n\n".join([text.rstrip(), *sentences]) + "\n"
    if html:
        said = "".join(format_html("<p>{}</p>", sentence) for sentence in sentences)
        head, end, tail = html.rpartition("</body>")
        html = f"{head}{said}{end}{tail}" if end else html + said
    return text, html
