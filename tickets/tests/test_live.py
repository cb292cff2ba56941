"""The queue stays fresh and costs little: unchanged it says so, and it is never said of a list that looks different."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from departments import policy
from departments.models import Portal, Status, Team
from tickets import actions
from tickets.conversation import reading
from tickets.lists import live, tagged
from tickets.models import (
    BulkJob,
    Mention,
    Notification,
    Presence,
    SavedView,
    Tag,
    Ticket,
    ViewChoice,
    Watcher,
)
from tickets.writing import write

pytestmark = pytest.mark.django_db
QUEUE = "/desk/?view=open"


@pytest.fixture(autouse=True)
def one_bucket(monkeypatch):
    """The clock of what leaves no trace stands still."""
    monkeypatch.setattr(live, "FORGOTTEN", 10**9)


@pytest.fixture
def poll(client_of, sam):
    """`poll()`: what the script of Sam's queue is answered: 200 with a page, or 304 with nothing."""
    browser, known = client_of(sam), {}

    def ask(path=QUEUE):
        answer = browser.get(path, headers={"If-None-Match": known.get(path, ""), "X-Unattended": "1"})
        if answer.status_code == 200:
            known[path] = answer["ETag"]
        return answer

    return ask


def shown(page):
    """What of a page the script puts in: rows and counts, without the keys of forms."""
    return re.findall(r"<tr.*?</tr>|data-live>[^<]*", page.text, re.DOTALL)


def test_an_unchanged_queue_is_not_sent_again(poll, ticket):
    """S132, T27."""
    assert poll().status_code == 200
    again = poll()
    assert again.status_code == 304 and again.content == b""
    assert again["Cache-Control"] == "no-store" and again["ETag"]
    assert poll("/desk/?view=mine").status_code == 200


def test_unchanged_costs_a_few_statements_and_none_of_tickets(poll, statements, open_ticket):
    """T27: one for session and person, and one that looks for traces; the same for one ticket and for thirty."""
    for number in range(30):
        open_ticket(subject=f"Ticket {number}")
    poll()
    poll()
    with statements() as seen:
        assert poll().status_code == 304
    assert len(seen) == 2


def test_the_page_stays_within_eight_statements_with_forty_present(client_of, open_ticket, cast, statements):
    """Done when 3: whoever is present, flagged tickets apart, costs no statement more."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(42)]
    people = [User.objects.create(email=f"agent-{n}@example.com", is_staff=True, name=f"Agent {n}") for n in range(40)]
    rows = zip(made, people, strict=False)
    Presence.objects.bulk_create(
        [Presence(ticket=one, department=one.department, user=person, mode="writing") for one, person in rows]
    )
    actions.flag(made[-1], to=cast.sam, actor=cast.lena)
    browser = client_of(cast.sam)
    browser.get("/desk/")
    with statements() as seen:
        page = browser.get("/desk/")
    assert page.text.count('class="viewing t-red"') == 40
    assert len(seen) <= 8


# --- Everything somebody could see ------------------------------------------------------------------------------------


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def second(cast):
    found = Ticket.objects.filter(subject="Another").first()
    return found or actions.open_ticket(
        cast.support, client=cast.anna, author=cast.anna, subject="Another", written=write("The same.")
    )


def status(code):
    return Status.objects.get(code=code)


def pending(ticket, cast):
    due = timezone.now() + timedelta(minutes=5)
    return actions.hold_reply(
        ticket, author=cast.lena, written=write("Soon."), due_at=due, status=status("answered"), seen=None, to=[]
    )


ACTS = {
    "a new ticket": lambda t, c: second(c),
    "a client's reply": lambda t, c: actions.reply(t, author=c.anna, written=write("Still."), by_staff=False),
    "our reply": lambda t, c: actions.reply(t, author=c.lena, written=write("Done."), by_staff=True),
    "a note": lambda t, c: actions.add_note(t, author=c.lena, written=write("See"), mentions=[]),
    "a note that calls me": lambda t, c: actions.add_note(t, author=c.lena, written=write("@sam"), mentions=[c.sam]),
    "closing": lambda t, c: actions.close(t, actor=c.lena),
    "assigning": lambda t, c: actions.assign(t, to=c.lena, actor=c.lena),
    "a status": lambda t, c: actions.set_status(t, status=status("in-progress"), actor=c.lena),
    "a priority": lambda t, c: actions.set_priority(t, priority=high(), actor=c.lena),
    "a subject": lambda t, c: actions.set_subject(t, subject="Otherwise", actor=c.lena),
    "moving away": lambda t, c: actions.move(t, to=c.billing, actor=c.operator),
    "a flag for me": lambda t, c: actions.flag(t, to=c.sam, actor=c.lena),
    "a tag": lambda t, c: actions.tag(t, on=actions.tags_named("php"), actor=c.lena),
    "snoozing": lambda t, c: actions.snooze(t, until=timezone.now() + timedelta(hours=1), actor=c.lena),
    "spam": lambda t, c: actions.mark_spam(t, actor=c.lena),
    "the trash": lambda t, c: actions.trash(t, actor=c.lena),
    "merging": lambda t, c: actions.merge([t, second(c)], into=t, actor=c.lena),
    "a team": lambda t, c: actions.give_to_team(t, team=Team.objects.get(), actor=c.lena),
    "somebody looks": lambda t, c: Presence.objects.create(ticket=t, department=t.department, user=c.lena),
    "somebody writes": lambda t, c: Presence.objects.update_or_create(
        ticket=t, user=c.lena, defaults={"department": t.department, "mode": "writing", "at": timezone.now()}
    ),
    "my reading": lambda t, c: reading.mark_read(t, c.sam),
    "my watching": lambda t, c: Watcher.objects.create(ticket=t, user=c.sam),
    "my saved view": lambda t, c: SavedView.objects.create(owner=c.sam, name="PHP", query="view=open&q=php"),
    "my columns": lambda t, c: ViewChoice.objects.create(user=c.sam, builtin="open", columns=["subject", "tags"]),
    "my order": lambda t, c: ViewChoice.objects.create(user=c.sam, builtin="open", sort="subject"),
    "my language": lambda t, c: User.objects.filter(pk=c.sam.pk).update(language="ru"),
    "my time zone": lambda t, c: User.objects.filter(pk=c.sam.pk).update(time_zone="Asia/Tokyo"),
    "my departments": lambda t, c: c.sam.places.create(department=c.billing),
    "a job of mine": lambda t, c: BulkJob.objects.create(user=c.sam, act="close", total=200, state="running"),
    "a notice": lambda t, c: notice(t, c.sam),
    "a name of a status": lambda t, c: renamed(status("open")),
    "a policy": lambda t, c: changed_portal(),
    "a name of a tag": lambda t, c: renamed_tag(),
}


def high():
    from departments.models import Priority

    return Priority.objects.get(code="high")


def notice(ticket, user):
    event = ticket.events.order_by("sequence").first()
    told = {"reason": "flag", "in_portal": True, "is_unread": True}
    Notification.objects.update_or_create(event=event, user=user, defaults=told)


def renamed(row):
    row.name = "Fresh"
    row.save(update_fields=["name"])
    policy.forget()


def changed_portal():
    portal = Portal.get()
    portal.group_minutes = 7
    portal.save(update_fields=["group_minutes"])
    policy.forget()


def renamed_tag():
    Tag.objects.filter(key="urgent").update(name="Burning", key="burning")
    tagged.forget()
    policy.forget()


@pytest.mark.parametrize("what", ACTS)
def test_whatever_somebody_could_see_makes_another_mark(what, poll, ticket, cast):
    """S132: never a stale page; and taken alone each leaves its trace."""
    Team.objects.create(department=cast.support, name="Night")
    ticket.tags.add(*actions.tags_named("urgent"))
    policy.forget()
    poll()
    assert poll().status_code == 304
    ACTS[what](fresh(ticket), cast)
    assert poll().status_code == 200, what
    assert poll().status_code == 304


def test_what_has_not_changed_carries_no_policies(poll, ticket):
    """RFC 9110, 15.4.5: the page is shown with those it came with (T24); nothing of it is kept anywhere."""
    page, again = poll(), poll()
    policies = {"Content-Security-Policy", "Permissions-Policy", "X-Frame-Options"}
    assert policies <= page.headers.keys()
    assert again.status_code == 304 and not policies & again.headers.keys()
    assert again["ETag"] == page["ETag"] and again["Cache-Control"] == "no-store" and again["X-Request-ID"]


def test_presence_that_ends_is_seen_too(poll, ticket, cast):
    """S6: after 45 seconds without a sign nobody is there."""
    row = Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.lena)
    poll()
    Presence.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(seconds=50))
    assert "is viewing" not in poll().text


def test_what_i_do_myself_and_what_others_do_elsewhere_keeps_presence_unchanged(poll, open_ticket, cast, ticket):
    """My own eyes and those in departments that are not mine are no news."""
    other = open_ticket(department=cast.billing)
    poll()
    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.sam)
    Presence.objects.create(ticket=other, department=other.department, user=cast.ben)
    assert poll().status_code == 304


def test_mentions_i_have_read_change_the_counts(poll, ticket, cast):
    actions.add_note(ticket, author=cast.lena, written=write("@sam"), mentions=[cast.sam])
    poll()
    reading.mark_mentions_read(ticket, cast.sam)
    assert not Mention.objects.filter(is_unread=True).exists()
    assert poll().status_code == 200


def test_an_event_that_is_numbered_earlier_and_comes_later_is_not_missed(ticket):
    """Two transactions may end in another order than they began in: the sum of the latest tells what the newest
    number does not, also where there are more events than are looked at."""
    event, looks = ticket.events.latest("pk"), live.EVENTS.replace(f"LIMIT {live.LATEST}", "LIMIT 2")
    newest, seen = event.pk, []
    for later in (10, 12, 11):
        event.pk, event.sequence = newest + later, event.sequence + 1
        event.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute(looks)
            seen.append(cursor.fetchone()[1:])
    assert [number for number, _sum in seen] == [newest + 10, newest + 12, newest + 12]
    assert seen[1] != seen[2]


def test_a_mark_opens_nothing(client_of, poll, cast, ticket):
    """T01: whoever sends somebody else's mark gets what they would get without it."""
    mark = {"If-None-Match": poll()["ETag"]}
    assert client_of(cast.ben).get(QUEUE, headers=mark).status_code == 200
    assert client_of(cast.lena).get(QUEUE, headers=mark).status_code == 200
    assert client_of(cast.anna).get(QUEUE, headers=mark).status_code == 404
    assert client_of(None).get(QUEUE, headers=mark).status_code == 302
