"""@name in a note: which colleagues it calls, and how they stand out in it (S161)."""

import re
from collections import Counter
from html import escape, unescape

from helpdesk_site.lib import references

from .. import colleagues

MOST = 20
SIGN = re.compile(r"(?:^|(?<=[^\w@.]))@(?=\w)")


def people_in(text, ticket, *, by=None):
    """The colleagues a note calls by @name or @address: those who work on the ticket, in the order they are called; not
    whoever wrote it (`by`).

    A full name, a first name only one of them has, an address or its first part; in any case. Who does not work on the
    ticket is never called: the note is not for them.
    """
    names = names_of(colleagues.of_department(ticket.department_id))
    found = {}
    for sign in SIGN.finditer(text[:100_000]):
        person = called(text[sign.end() : sign.end() + 200].casefold(), names)
        if person and person != by:
            found[person.pk] = person
        if len(found) == MOST:
            break
    return list(found.values())


def names_of(people):
    """[(what may stand behind the @, person)], longest first; what several people go by is nobody's."""
    rows = [(name, person) for person in people for name in {name.casefold() for name in said(person)} - {""}]
    often = Counter(name for name, _person in rows)
    return sorted(((name, person) for name, person in rows if often[name] == 1), key=lambda row: -len(row[0]))


def with_words(people):
    """[(person, what stands behind the @ to call them)]: the name, or the address where several have that name."""
    often = Counter(person.full_name.casefold() for person in people)
    words = [person.full_name if often[person.full_name.casefold()] == 1 else person.email for person in people]
    return list(zip(people, words, strict=True))


def said(person):
    """Everything one person may be called by."""
    return [person.full_name, person.first_name, person.email, person.email.partition("@")[0]]


def called(words, names):
    """Whose name these words begin with, as whole words."""
    return named(words, names)[1]


def named(words, names):
    """(the name these words begin with, as whole words, whose it is); ("", None) for nobody's."""
    for name, person in names:
        if words.startswith(name) and not words[len(name) : len(name) + 1].isalnum():
            return name, person
    return "", None


# --- In a note that is read -------------------------------------------------------------------------------------------


def marked(html, names):
    """A note's HTML in which these names (names_of) stand out where somebody is called by them; code and links are left
    alone."""
    return references.outside_links(html, lambda text: marked_in(text, names) if "@" in text else text)


def marked_in(escaped, names):
    """A piece of its text, likewise."""
    text, out, at = unescape(escaped), [], 0
    for sign in SIGN.finditer(text):
        name, _person = named(text[sign.end() : sign.end() + 200].casefold(), names)
        end = sign.end() + len(name)
        if name and text[sign.end() : end].casefold() == name:
            out.append(f'{escape(text[at : sign.start()])}<b class="call">{escape(text[sign.start() : end])}</b>')
            at = end
    return "".join([*out, escape(text[at:])])
