"""Addresses in headers (RFC 5322, 3.4), found before anything is decoded: an encoded word never makes an address.

One walk over the text, whatever is in it: quotes and comments without an end, names with bare commas, groups, old
routes, lists cut by semicolons.
"""

import re

from helpdesk_site.lib.text import clean_line

from .letter import Address
from .words import decoded

RECIPIENTS_LIMIT = 1_000
ADDRESS_LIMIT = 320  # RFC 3696, erratum 1690
_TOKEN = re.compile(
    r"""("(?:[^"\\]|\\.?)*+(?:"|\Z))|(<[^<>]*>)|([,;])|(:)|([()])|((?:\\.|[^\s"<>,;:()\\])+)|(\s+)|(.)""", re.DOTALL
)
_BARE = re.compile(
    r"""(?<![^\s<>()\[\]",;:])[^\s<>()\[\]",;:@]++@(?:[^\s<>()\[\]",;:@]++|\[[0-9A-Fa-f.:]{2,60}\])(?!@)"""
)
_COMMENT = re.compile(r"\([^()]*\)")
_ADDRESS = re.compile(r"""(?:[^\s<>()\[\]",;:@\\]+|"(?:[^"\\\s]|\\\S)*")@(?:[^\s<>()\[\]",;:@\\/]+|\[[\w.:]{2,60}\])""")


def read_all(values, charset: str = "") -> tuple[Address, ...]:
    """Return the people of several fields of one kind, each address once."""
    found = {}
    for value in values:
        for person in read(value, charset):
            if len(found) < RECIPIENTS_LIMIT:
                found.setdefault(person.address or person.name, person)
    return tuple(found.values())


def read(value: str, charset: str = "") -> list[Address]:
    """Return the people of one field in order; one without an address has only a name."""
    mailboxes = _mailboxes(value) or _mailboxes(value, comments=False)
    people = [_person(tokens, charset) for tokens in mailboxes]
    people = [person for person in people if person.name or person.address]
    if any(person.address for person in people):
        return people
    bare = [address for address in map(clean_address, bare_addresses(value)) if address]
    if len(bare) == 1:  # an open quote or comment swallowed it
        return [Address(_name([("atom", _BARE.sub(" ", value))], charset), bare[0])]
    return people + [Address("", address) for address in bare[:RECIPIENTS_LIMIT]]


def bare_addresses(text: str) -> list[str]:
    """Return everything in a text that looks like an address."""
    return _BARE.findall(text)


def clean_address(text: str) -> str:
    """Return an address as it is stored and compared: domain in lower case, no comment, no route; "" for none."""
    text = _COMMENT.sub("", clean_line(text)).strip("<> \t'")
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    text = re.sub(r"\s*([.@])\s*", r"\1", text.removeprefix("mailto:").removeprefix("MAILTO:"))
    local, at, domain = text.rpartition("@")
    plain = re.fullmatch(r'"([\w.!#$%&*+/=?^`{|}~-]+)"', local)
    text = f"{plain[1] if plain else local}{at}{domain.rstrip('.').lower()}"
    return text if len(text) <= ADDRESS_LIMIT and _ADDRESS.fullmatch(text) else ""


def _mailboxes(value: str, *, comments=True) -> list[list[tuple[str, str]]]:
    """Return the tokens of each mailbox; nothing when a comment has no end and has to be read as part of a name.

    Commas and colons that stand in a name belong to it.
    """
    found, tokens, comment, depth, addressed = [], [], [], 0, False
    for quoted, angle, end, colon, bracket, atom, space, other in _TOKEN.findall(value):
        if bracket and comments:
            depth = max(0, depth + (1 if bracket == "(" else -1))
            if depth == 0 and comment:
                tokens.append(("comment", "".join(comment[1:])))
                comment = []
        if depth:
            comment.append(quoted or angle or end or colon or bracket or atom or space or other)
        elif end and (end == ";" or addressed or all(kind == "space" for kind, _text in tokens[:2])):
            found.append(tokens)
            tokens, addressed = [], False
        elif colon and not addressed:  # the name of a group
            tokens = []
        elif not (bracket and comments):
            kind = "quoted" if quoted else "angle" if angle else "space" if space else "atom"
            tokens.append((kind, quoted or angle or end or colon or bracket or atom or space or other))
            addressed = addressed or bool(angle) or "@" in atom
    return [] if comment else [*found, tokens]


def _person(tokens, charset: str) -> Address:
    angles = [text for kind, text in tokens if kind == "angle"]
    address = next(filter(None, map(_in_angles, reversed(angles))), "")
    rest = [(kind, text) for kind, text in tokens if kind in ("quoted", "atom", "space")]
    if not address:
        address, rest = _bare(rest)
    name, said = _name(rest, charset), _comments(tokens, charset)
    if not name or name.lower() == address.lower():
        name, said = said, ""
    name = f"{name} ({said})" if said and "@" not in said else name
    return Address("" if name.lower() == address.lower() else name, address)


def _comments(tokens, charset: str) -> str:
    """What stands in comments beside a name and in the address (RFC 5322, 3.2.2): "Anna Doe (Sales) <…>"."""
    found = []
    for kind, text in tokens:
        if kind == "comment":
            found.append(text)
        elif kind == "angle":
            found += [inner[1:-1] for inner in _COMMENT.findall(text)]
    names = (_name([("atom", re.sub(r"\\(.)", r"\1", text))], charset) for text in found)
    return " ".join(filter(None, names))


def _in_angles(text: str) -> str:
    return clean_address(text) or next(filter(None, map(clean_address, bare_addresses(text))), "")


def _bare(tokens) -> tuple[str, list]:
    """Return an address that stands without angle brackets, and the other tokens."""
    if whole := clean_address("".join(text for _kind, text in tokens)[: ADDRESS_LIMIT * 2]):
        return whole, []
    for place in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[place]
        if kind != "atom" or "@" not in text:
            continue
        first = place - 1 if text.startswith("@") and place and tokens[place - 1][0] == "quoted" else place
        if address := clean_address("".join(text for _kind, text in tokens[first:place + 1])):
            return address, tokens[:first] + tokens[place + 1:]
    return "", tokens


def _name(tokens, charset: str) -> str:
    text = "".join(re.sub(r'\\(.)', r"\1", text.strip('"')) if kind == "quoted" else text for kind, text in tokens)
    name = clean_line(decoded(text, charset)).strip("\"\\,;<> ")
    return name[1:-1].strip() if len(name) > 1 and name[0] == name[-1] == "'" else name
