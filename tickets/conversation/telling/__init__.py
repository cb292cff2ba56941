"""History in words: one event as a sentence in the reader's language (S167). The rows hold codes only.

What is read is in `reading`, what sentences are made of in `teller`; the sentences themselves lie by topic in
`written`, `standing` and `hanging`, in functions that are named as their verbs.
"""

from dataclasses import dataclass

from django.utils.html import format_html

from ...models import Verb
from . import hanging, standing, written
from .reading import EVENT, Event, Names, events_of, is_unproven, names_for
from .teller import Teller, event_name

__all__ = [
    "EVENT", "LOOKS", "SENTENCES", "Event", "Names", "Told", "event_name", "events_of", "is_unproven", "names_for",
    "tell",
]  # fmt: skip

LOOKS = {  # verb: icon, tone
    Verb.OPENED: ("messages", "blue"),
    Verb.REPLIED: ("arrow-back-up", ""),
    Verb.NOTED: ("lock", "amber"),
    Verb.EDITED: ("pencil", ""),
    Verb.STATUS: ("refresh", ""),
    Verb.SETTLED: ("clock", ""),
    Verb.CLOSED: ("check", "green"),
    Verb.AUTO_CLOSED: ("check", "green"),
    Verb.REMINDED: ("bell", ""),
    Verb.REOPENED: ("arrow-back-up", "blue"),
    Verb.ASSIGNED: ("user-plus", ""),
    Verb.PRIORITY: ("alert-circle", ""),
    Verb.TYPE: ("tag", ""),
    Verb.SUBJECT: ("pencil", ""),
    Verb.MOVED: ("arrow-right", ""),
    Verb.FLAGGED: ("flag", "red"),
    Verb.UNFLAGGED: ("flag", ""),
    Verb.ESCALATED: ("stairs-up", "violet"),
    Verb.ALERTED: ("bell", "violet"),
    Verb.UNDONE: ("history", ""),
    Verb.MAIL_KEPT: ("mail", ""),
    Verb.MAIL_TAKEN: ("mail", "green"),
    Verb.CONFIRMED: ("check", "green"),
    Verb.DISOWNED: ("ban", "red"),
    Verb.JOINED: ("user-plus", ""),
    Verb.PARTED: ("user", ""),
    Verb.READDRESSED: ("mail", ""),
    Verb.MAIL_FAILED: ("alert-circle", "red"),
    Verb.TRASHED: ("trash", "red"),
    Verb.RESTORED: ("arrow-back-up", "blue"),
    Verb.EMPTIED: ("trash", "red"),
    Verb.DELETED: ("trash", ""),
    Verb.UNDELETED: ("arrow-back-up", ""),
    Verb.REDACTED: ("eye-off", "red"),
    Verb.TAGGED: ("tag", ""),
    Verb.CHECKED: ("list-details", ""),
    Verb.SNOOZED: ("zzz", ""),
    Verb.WOKEN: ("clock", ""),
    Verb.SPAM: ("ban", "red"),
    Verb.NOT_SPAM: ("circle-check", "green"),
    Verb.MERGED: ("arrow-merge", ""),
    Verb.TOOK_IN: ("arrow-merge", "violet"),
    Verb.UNMERGED: ("arrow-merge", ""),
    Verb.SPLIT: ("arrows-split-2", "violet"),
    Verb.UNSPLIT: ("arrows-split-2", ""),
    Verb.LINKED: ("link", ""),
    Verb.UNLINKED: ("link", ""),
    Verb.CLIENT: ("user", "amber"),
    Verb.TEAMED: ("users", ""),
    Verb.TALKED: ("phone", ""),
    Verb.SCHEDULED: ("clock", ""),
    Verb.UNSCHEDULED: ("clock", "amber"),
    Verb.TIMED: ("hourglass", ""),
    Verb.RATED: ("star", "amber"),
}

SENTENCES = {
    verb: getattr(topic, verb.value)
    for topic in (written, standing, hanging)
    for verb in Verb
    if hasattr(topic, verb.value)
}


@dataclass(frozen=True)
class Told:
    """One event (a row of `events_of`), told: `words` is safe HTML."""

    event: object
    icon: str
    tone: str
    words: str


def tell(event, names):
    """One event as a Told."""
    icon, tone = LOOKS.get(event.verb, ("clock", ""))
    words, home = sentence(Teller(event, names)), names.homes.get(event.ticket_id)
    return Told(event, icon, tone, format_html('<span class="num muted">{}</span> {}', home, words) if home else words)


def sentence(it):
    """The words for the event of a Teller; of a verb nobody knows, its name."""
    own = SENTENCES.get(it.event.verb)
    return own(it) if own else it.say(event_name(it.event.verb))
