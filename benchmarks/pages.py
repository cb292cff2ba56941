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
    agent, operator, client = (cast.cookie(who) for who in (cast.agent, cast.operator, cast.client))
    colleague = cast.cookie(cast.accompanied)

    def page(code, name, path, cookie, target=None, most=None):
        return Page(code, name, lambda n: Request(path, cookie), target, most)

    def again(code, name, path, cookie):
        """A page asked for once more by a browser that has it as it is."""
        return Page(code, name, lambda n: Request(path, cookie), 1, 8, unchanged=True)

    def ticket(code, name, tickets, cookie, target=None, most=None):
        return Page(code, name, lambda n: Request(f"/t/{tickets[n % len(tickets)].number}/", cookie), target, most)

    def search(code, name, words, cookie=agent):
        return page(code, name, f"/desk/?q={quote(words)}", cookie, 5, 8)

    def reply(code, name, tickets, by=None, target=None):
        """Answers to these tickets in turn, by their clients if by nobody else."""

        def make(n):
            ticket = tickets[n % len(tickets)]
            return answer(ticket, cast.cookie(by or ticket.client))

        return Page(code, name, make, target, writes=True)

    def opening(code, name, department, target=None):
        """New tickets of this department, by some clients in turn."""

        def make(n):
            cookie = cast.cookie(cast.openers[n % len(cast.openers)])
            subject = "The backup ends with an error"
            return form(f"/tickets/new/{department}/", cookie, subject=subject, message=TEXT)

        return Page(code, name, make, target, writes=True)

    told = f"{1 + FURTHER} recipients"
    filters = f"department={cast.agent.places.order_by('pk').first().department.slug}&priority=high&priority=normal"
    return [
        page("bare", "bare page", "/bare/", cast.cookie(cast.agent, STOCK_USERS)),
        page("queue", "queue", "/desk/", agent, 4, 8),
        page("queue_all", "queue, operator of all departments", "/desk/", operator, 4, 8),
        page("queue_present", "queue, 40 colleagues present", "/desk/", colleague, 4, 8),
        again("queue_again", "queue refreshed, unchanged, 40 present", "/desk/", colleague),
        page("filtered", "filtered queue (department, two priorities)", f"/desk/?{filters}", agent, 4, 8),
        page("closed", "all closed tickets", "/desk/?view=closed", agent, 4, 8),
        ticket("ticket", "ticket, staff, 4 messages", cast.short, agent, 4, 14),
        ticket("ticket_long", f"ticket, staff, {cast.long.last_number} messages", [cast.long], agent, 15, 14),
        page("list", "client list", "/tickets/", client, 3, 8),
        page("list_house", "client list, whole organisation", "/tickets/?scope=organisation", client, 3, 8),
        ticket("own", "client's ticket", cast.own, client, 2.5, 10),
        search("rare", "search, rare word", RARE),
        search("common", "search, word in 10 %", COMMON),
        search("reply_only", "search, word only in replies", REPLY_ONLY),
        search("rare_all", "search, rare word, all departments", RARE, operator),
        search("common_all", "search, word in 10 %, all departments", COMMON, operator),
        search("reply_only_all", "search, word only in replies, all departments", REPLY_ONLY, operator),
        search("two", "search, two common words", f"{COMMON} server"),
        page("list_search", "client list, search", f"/tickets/?q={COMMON}", client, 5, 8),
        page("form", "form of a new ticket", f"/tickets/new/{cast.quiet.slug}/", client),
        opening("open", "open", cast.quiet.slug, 6),
        opening("open_more", f"open, {told}", cast.loud.slug),
        reply("reply", "reply of staff", cast.answered, cast.agent, 6),
        reply("reply_client", "reply of a client", cast.answered, None, 6),
        reply("reply_more", f"reply of staff, {told}", cast.followed, cast.agent),
        reply("reply_client_more", f"reply of a client, {told}", cast.followed),
    ]  # fmt: skip


def answer(ticket, cookie):
    return form(f"/t/{ticket.number}/reply/", cookie, message=TEXT)


serial = count(1)


def form(path, cookie, **fields):
    """A form sent once, with a text of its own."""
    fields["message"] = f"{fields['message']}\n\nRef {next(serial)}{secrets.token_hex(4)}"
    known = {"csrfmiddlewaretoken": CSRF, "form_key": secrets.token_urlsafe(18)}
    return Request(path, cookie, urlencode({**known, **fields}))
