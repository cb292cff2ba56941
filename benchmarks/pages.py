"""What is measured: each page with its name, its target of the issue, and the requests that ask for it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote, urlencode

from helpdesk_site.filling import COMMON, RARE, REPLY_ONLY

from . import STOCK_USERS
from .cast import CSRF, FURTHER

TEXT = (
    "Good morning,\n\nsince the update of yesterday evening the **backup** of our server ends with an error: the disk"
    " is said to be full, but `df` shows 40 % free.\n\n- It began at 22:40.\n- Restarting did not help.\n- Other"
    " servers are not affected.\n\nCould somebody look at it? Thank you."
)


@dataclass(frozen=True)
class Request:
    """One request of a browser."""

    path: str
    cookie: str
    body: str = ""
    mark: str = ""  # of what the browser has already


@dataclass(frozen=True)
class Page:
    """`make(n)` gives the n-th request. A page that `writes` is asked for less often."""

    code: str
    name: str
    make: Callable
    target: float | None = None  # in bare pages
    most: int | None = None  # statements
    writes: bool = False
    unchanged: bool = False  # asked again by a browser that has it
    note: str = ""


def pages(cast):
    """Every page, in the order of the report; the first is the unit."""
    bare = Page("bare", "bare page", same("/bare/", cast.cookie(cast.agent, STOCK_USERS)))
    return [bare, *queues(cast), *tickets(cast), *searches(cast), *writing(cast)]


def queues(cast):
    """The desk's lists."""
    agent, colleague = cast.cookie(cast.agent), cast.cookie(cast.accompanied)
    filters = f"department={cast.agent.places.order_by('pk').first().department.slug}&priority=high&priority=normal"
    most = {"target": 4, "most": 8}
    again = {"target": 1, "most": 8, "unchanged": True}
    return [
        Page("queue", "queue", same("/desk/", agent), **most),
        Page("queue_all", "queue, operator of all departments", same("/desk/", cast.cookie(cast.operator)), **most),
        Page("queue_present", "queue, 40 colleagues present", same("/desk/", colleague), **most),
        Page("queue_again", "queue refreshed, unchanged, 40 present", same("/desk/", colleague), **again),
        Page("filtered", "filtered queue (department, two priorities)", same(f"/desk/?{filters}", agent), **most),
        Page("closed", "all closed tickets", same("/desk/?view=closed", agent), **most),
    ]


def tickets(cast):
    """One ticket, and a client's list of them."""
    agent, client = cast.cookie(cast.agent), cast.cookie(cast.client)
    long = f"ticket, staff, {cast.long.last_number} messages"
    house = "/tickets/?scope=organisation"
    return [
        Page("ticket", "ticket, staff, 4 messages", each(cast.short, agent), 4, 14),
        Page("ticket_long", long, each([cast.long], agent), 15, 14),
        Page("list", "client list", same("/tickets/", client), 3, 8),
        Page("list_house", "client list, whole organisation", same(house, client), 3, 8),
        Page("own", "client's ticket", each(cast.own, client), 2.5, 10),
    ]


def searches(cast):
    """Words in one, in many and in no subject, among an agent's tickets, all, and a client's."""
    agent, operator = cast.cookie(cast.agent), cast.cookie(cast.operator)

    def search(code, name, words, cookie=agent):
        return Page(code, f"search, {name}", same(f"/desk/?q={quote(words)}", cookie), 5, 8)

    return [
        search("rare", "rare word", RARE),
        search("common", "word in 10 %", COMMON),
        search("reply_only", "word only in replies", REPLY_ONLY),
        search("rare_all", "rare word, all departments", RARE, operator),
        search("common_all", "word in 10 %, all departments", COMMON, operator),
        search("reply_only_all", "word only in replies, all departments", REPLY_ONLY, operator),
        search("two", "two common words", f"{COMMON} server"),
        Page("list_search", "client list, search", same(f"/tickets/?q={COMMON}", cast.cookie(cast.client)), 5, 8),
    ]


def writing(cast):
    """Tickets opened and answered; the form they are opened with."""
    told = f"{1 + FURTHER} recipients"
    blank = same(f"/tickets/new/{cast.quiet.slug}/", cast.cookie(cast.client))
    return [
        Page("form", "form of a new ticket", blank),
        Page("open", "open", opened(cast, cast.quiet), 6, writes=True),
        Page("open_more", f"open, {told}", opened(cast, cast.loud), writes=True),
        Page("reply", "reply of staff", answered(cast, cast.answered, cast.agent), 6, writes=True),
        Page("reply_client", "reply of a client", answered(cast, cast.answered), 6, writes=True),
        Page("reply_more", f"reply of staff, {told}", answered(cast, cast.followed, cast.agent), writes=True),
        Page("reply_client_more", f"reply of a client, {told}", answered(cast, cast.followed), writes=True),
    ]


# --- The n-th request of a page ---------------------------------------------------------------------------------------


def same(path, cookie):
    """Always the same one."""
    return lambda n: Request(path, cookie)


def each(tickets, cookie):
    """The page of each of these tickets in turn."""
    return lambda n: Request(f"/t/{tickets[n % len(tickets)].number}/", cookie)


def opened(cast, department):
    """A new ticket of this department, by some clients in turn."""
    path, subject = f"/tickets/new/{department.slug}/", "The backup ends with an error"

    def make(n):
        cookie = cast.cookie(cast.openers[n % len(cast.openers)])
        return form(path, cookie, subject=subject, message=TEXT)

    return make


def answered(cast, tickets, by=None):
    """An answer to each of these tickets in turn, by their clients if by nobody else."""

    def make(n):
        ticket = tickets[n % len(tickets)]
        return form(f"/t/{ticket.number}/reply/", cast.cookie(by or ticket.client), message=TEXT)

    return make


serial = count(1)


def form(path, cookie, **fields):
    """A form sent once, with a text of its own."""
    fields["message"] = f"{fields['message']}\n\nRef {next(serial)}{secrets.token_hex(4)}"
    known = {"csrfmiddlewaretoken": CSRF, "form_key": secrets.token_urlsafe(18)}
    return Request(path, cookie, urlencode({**known, **fields}))
