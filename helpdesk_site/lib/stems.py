"""Words as both databases index and match them.

The stems are made here, by snowball, and the search engines only compare (STACK 9): every Cyrillic word is stemmed as
Russian, every Latin word as English, French and Portuguese at once, so that no language has to be guessed; the folded
word itself is always among its stems. A token holds only letters and digits, so that FTS5's and PostgreSQL's own word
splitting leave it whole.
"""
import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from .text import fold

TEXT_LIMIT = 200_000  # characters of one text that are indexed
WORD_LIMIT = 64  # longer ones are keys and base64, which nobody types
QUERY_LIMIT = 400  # characters of a query that are read
QUERY_WORDS = 12

_LATIN = [snowballstemmer.stemmer(language) for language in ("english", "french", "portuguese")]
_CYRILLIC = [snowballstemmer.stemmer("russian")]
_IS_CYRILLIC = re.compile("[\u0400-\u04ff]")
_DASH = "-\u2010-\u2015\u2212"
_WORD = re.compile(rf"(?<![^\W_])([a-z]{{3}})[{_DASH}]([0-9]{{6}})(?![^\W_])|[^\W_]+")
_ASKED_WORD = re.compile(rf"(?<![^\W_])([bcdfghjklmnpqrstvwxz]{{3}})[ {_DASH}]([0-9]{{6}})(?![^\W_])|[^\W_]+")


def tokens(text: str) -> list[str]:
    """Return what is indexed for a text: the stems of each word, in the order of the words.

    A ticket number (``KTR-482913``) stands whole, without its dash, and in its two parts, so that ``482913`` finds it.
    """
    found = []
    for word in _WORD.finditer(_plain(text[:TEXT_LIMIT])):
        if word[1]:
            found += (word[1] + word[2], word[1], word[2])
        else:
            found += stems(word[0])
    return found


def query_groups(query: str) -> list[tuple[tuple[str, ...], str]]:
    """Return one pair for each word of a query: the stems any of which is a hit, and the folded word.

    All groups must be hit. The folded word of the last group is for matching as a prefix, as somebody still types.
    """
    groups = []
    for word in _ASKED_WORD.finditer(_plain(query[:QUERY_LIMIT])):
        if word[1]:
            groups.append(((word[1] + word[2],), word[1] + word[2]))
        elif found := stems(word[0]):
            groups.append((found, fold(word[0])))
        if len(groups) == QUERY_WORDS:
            break
    return groups


@lru_cache(50_000)
def stems(word: str) -> tuple[str, ...]:
    """Return all plausible stems of one lower-case word and the folded word itself; none when it is too long."""
    if len(word) > WORD_LIMIT:
        return ()
    if not word.isalpha():
        return (fold(word),)
    stemmers = _CYRILLIC if _IS_CYRILLIC.search(word) else _LATIN
    return tuple(sorted({fold(stemmer.stemWord(word)) for stemmer in stemmers} | {fold(word)}))


def _plain(text: str) -> str:
    """Return the text in lower case with look-alike forms (full-width letters, ligatures) written out."""
    return unicodedata.normalize("NFKC", text).lower()
