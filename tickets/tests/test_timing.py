"""Time spent and what is billed: with a reply, a note, or alone; corrected, listed by day, never for clients (S152)."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from departments.models import Activity, StaffPlace
from departments.policy import forget
from helpdesk_site.lib.redaction import Words
from helpdesk_site.lib.sheets import safe_cell
from helpdesk_site.lib.spans import clock_of, parse_minutes
from mail.models import OutgoingMail
from tickets import actions
from tickets.automation import timers
from tickets.keeping import history
from tickets.models import PendingReply, TicketEvent, TimeEntry, Verb
from tickets.refused import Refused
from tickets.writing import write

SECRET = "Zanzibarian plumbing"  # stands in no page of ours by chance


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("0:12", 12), ("12", 12), ("1h 5m", 65), ("1:05", 65), ("1h", 60), ("1,5 h", 90), ("0.25h", 15), ("1 ч 5 мин", 65),
     ("", 0), (" 7 m ", 7), ("5m", 5), ("100:00", 6000), ("1h5", 65)],
)  # fmt: skip
def test_time_is_typed_as_people_write_it(typed, minutes):
    assert parse_minutes(typed) == minutes and parse_minutes(clock_of(minutes)) == minutes


@pytest.mark.parametrize("typed", ["x", "-5", "1:99", "1:2:3", "1e9", "٣", "9" * 50, "=1", "h", "m", "1h 2h", "½"])
def test_what_is_no_time_is_none(typed):
    assert parse_minutes(typed) is None


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("+7 900", "'+7 900"), ("-x", "'-x"), ("@SUM", "'@SUM"), ("\t=1", "'\t=1"), (" =1", "' =1"),
     ("＝1", "'＝1"), ("a=1", "a=1"), ("", ""), (-5, -5), (Decimal("-1.50"), Decimal("-1.50"))],
)  # fmt: skip
def test_no_cell_is_a_formula(cell, safe):
    """OWASP, CSV injection: text alone; numbers stay numbers."""
    assert safe_cell(cell) == safe


pytestmark = pytest.mark.django_db


@pytest.fixture
def consulting(cast):
    row = Activity.objects.create(name="Consulting", hourly=Decimal("90.00"))
    forget()
    return row


@pytest.fixture
def send_at_once(cast):
    cast.sam.undo_seconds = 0
    cast.sam.save(update_fields=["undo_seconds"])


def spent(ticket):
    return TimeEntry.objects.filter(ticket=ticket).order_by("pk")


def told(ticket):
    events = TicketEvent.objects.filter(ticket=ticket, verb=Verb.TIMED)
    return [(row.data["did"], row.data["minutes"]) for row in events]


# --- With a reply or a note -------------------------------------------------------------------------------------------


def test_time_goes_with_a_reply(client_of, ticket, cast, consulting, send_at_once):
    fields = {"time": "1h 5m", "activity": consulting.pk, "billable": "on", "invoicing": "next", "time_text": SECRET}
    client_of(cast.sam).post(f"/t/{ticket.number}/reply/", {"message": "Done.", "seen": "1.0", **fields})
    (entry,) = spent(ticket)
    assert (entry.minutes, entry.activity, entry.amount, entry.invoicing) == (65, consulting, Decimal("97.50"), "next")
    assert entry.message.body == "Done." and entry.user == cast.sam and entry.text == SECRET and entry.is_billable
    (event,) = TicketEvent.objects.filter(ticket=ticket, verb=Verb.TIMED)
    assert SECRET not in str(event.data) and event.contents.get().text == SECRET
    assert history.verify([ticket.number]) is None


def test_a_reply_that_waits_carries_its_time_and_gives_it_back(client_of, ticket, cast, consulting):
    """It is logged when the reply goes, and not before; called back it is in the form again."""
    browser, fields = client_of(cast.sam), {"time": "0:12", "activity": consulting.pk, "amount": "5.50"}
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Soon.", "seen": "1.0", **fields})
    row = PendingReply.objects.get()
    assert not spent(ticket) and row.after["time"]["minutes"] == 12
    browser.post(f"/t/{ticket.number}/call-back/{row.pk}/")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert 'name="time" value="0:12"' in page and 'name="amount" value="5.50"' in page and not spent(ticket)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Soon.", "seen": "1.0", **fields})
    timers.release_due_replies(now=timezone.now() + timedelta(hours=1))
    (entry,) = spent(ticket)
    assert entry.minutes == 12 and entry.amount == Decimal("5.50") and entry.message.number == 2


def test_one_set_for_later_and_called_off_keeps_it_in_the_draft(client_of, ticket, cast, say):
    browser = client_of(cast.sam)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Soon.", "seen": "1.0", "later": "hours", "time": "0:20"})
    say(ticket, cast.anna, "It works.")
    assert 'name="time" value="0:20"' in browser.get(f"/t/{ticket.number}/").content.decode() and not spent(ticket)


def test_what_one_person_typed_of_time_is_in_nobody_elses_form(client_of, ticket, cast, consulting):
    """The empty fields are drawn once for everybody; those with something in them are not kept, and speak the reader's
    language."""
    address, typed = f"/t/{ticket.number}/", {"message": "Kept.", "seen": "1.0", "time": "soon", "time_text": SECRET}
    assert SECRET in client_of(cast.sam).post(f"{address}reply/", typed).content.decode()
    for cast.lena.language, words in (("en", "Billable"), ("ru", "Оплачивается")):
        cast.lena.save(update_fields=["language"])
        page = client_of(cast.lena).get(address).content.decode()
        assert words in page and 'name="time_text" value=""' in page and SECRET not in page and "Consulting" in page
    consulting.name = "Advice"
    consulting.save(update_fields=["name"])
    forget()
    page = client_of(cast.lena).get(address).content.decode()
    assert "Advice" in page and "Consulting" not in page


def test_time_goes_with_a_note(client_of, ticket, cast):
    client_of(cast.sam).post(f"/t/{ticket.number}/note/", {"message": "Looked.", "time": "7"})
    (entry,) = spent(ticket)
    assert entry.minutes == 7 and entry.message.is_note and not entry.is_billable


@pytest.mark.parametrize("door", ["reply", "note"])
@pytest.mark.parametrize(
    "fields",
    [{"time": "soon"}, {"time": "-1"}, {"time": "999:00"}, {"amount": "-5"}, {"amount": "x"}, {"amount": "1" * 20},
     {"activity": "999"}, {"activity": "x"}, {"invoicing": "gift"}, {"time": "1", "time_text": "x" * 201}],
)  # fmt: skip
def test_what_is_no_time_holds_the_message_back(client_of, ticket, cast, door, fields, consulting, send_at_once):
    """T19: what was typed stays in the box."""
    sent = {"message": "Kept words.", "seen": "1.0", **fields}
    answer = client_of(cast.sam).post(f"/t/{ticket.number}/{door}/", sent)
    assert answer.status_code == 409 and "Kept words." in answer.content.decode()
    assert not spent(ticket) and ticket.messages.count() == 1


def test_without_time_nothing_is_logged(client_of, ticket, cast, send_at_once, consulting):
    """An activity or a tick alone is no time."""
    fields = {"activity": consulting.pk, "billable": "on", "invoicing": "no", "time": "0:00"}
    client_of(cast.sam).post(f"/t/{ticket.number}/reply/", {"message": "Done.", "seen": "1.0", **fields})
    assert not spent(ticket) and ticket.messages.count() == 2


# --- Alone, corrected, taken off --------------------------------------------------------------------------------------


def test_time_is_logged_alone_corrected_and_taken_off(client_of, ticket, cast, consulting):
    browser, day = client_of(cast.sam), "2026-01-05"
    sent = {"time": "0:30", "day": day, "activity": consulting.pk, "billable": "on", "invoicing": "no"}
    assert browser.get(f"/t/{ticket.number}/time/").status_code == 200
    browser.post(f"/t/{ticket.number}/time/", sent)
    (entry,) = spent(ticket)
    assert (entry.minutes, entry.day, entry.amount, entry.message) == (30, date(2026, 1, 5), Decimal("45.00"), None)
    assert 'value="0:30"' in browser.get(f"/t/{ticket.number}/time/{entry.pk}/").content.decode()
    browser.post(f"/t/{ticket.number}/time/{entry.pk}/", sent | {"time": "1:00", "time_text": "Longer"})
    (entry,) = spent(ticket)
    assert (entry.minutes, entry.amount, entry.text) == (60, Decimal("90.00"), "Longer")
    browser.post(f"/t/{ticket.number}/time/{entry.pk}/remove/")
    assert not spent(ticket) and told(ticket) == [("logged", 30), ("changed", 60), ("removed", 60)]
    log = browser.get(f"/t/{ticket.number}/log/").content.decode()
    assert "logged <b>0:30</b>" in log and "changed <b>0:30</b> logged to <b>1:00</b>" in log
    assert history.verify([ticket.number]) is None


def test_an_item_needs_no_time(ticket, cast):
    """A billable item: description and amount (S152)."""
    entry = actions.log_time(ticket, user=cast.sam, amount=Decimal("12.00"), is_billable=True, text="A licence")
    assert entry.minutes == 0 and entry.amount == Decimal("12.00")
    with pytest.raises(Refused):
        actions.log_time(ticket, user=cast.sam)


def test_no_entry_is_of_more_than_a_week(ticket, cast):
    week = 7 * 24 * 60
    assert actions.log_time(ticket, user=cast.sam, minutes=week).minutes == week
    with pytest.raises(Refused):
        actions.log_time(ticket, user=cast.sam, minutes=week + 1)


@pytest.mark.parametrize(
    "fields",
    [{}, {"time": "5"}, {"day": "2026-01-01"}, {"time": "5", "day": "2999-01-01"}, {"time": "5", "day": "1999-01-01"},
     {"time": "x", "day": "2026-01-01"}, {"time": "5", "day": "yesterday"}],
)  # fmt: skip
def test_a_form_that_says_no_entry_is_shown_again(client_of, ticket, cast, fields):
    """T19."""
    assert client_of(cast.sam).post(f"/t/{ticket.number}/time/", fields).status_code == 422 and not spent(ticket)


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben"])
def test_nobody_logs_or_reads_time_of_tickets_they_do_not_work_on(client_of, ticket, cast, name):
    """T01, T09: clients least of all."""
    entry, browser = actions.log_time(ticket, user=cast.sam, minutes=5), client_of(getattr(cast, name))
    sent = {"time": "0:30", "day": "2026-01-05"}
    for door in ("time/", f"time/{entry.pk}/", f"time/{entry.pk}/remove/"):
        assert browser.post(f"/t/{ticket.number}/{door}", sent).status_code == 404
    assert spent(ticket).get().minutes == 5


def test_a_colleagues_entry_is_the_leads_to_change(client_of, ticket, cast):
    """Sam's is not for the next agent; Lena leads. What is invoiced is for her alone."""
    entry = actions.log_time(ticket, user=cast.lena, minutes=5)
    client_of(cast.sam).post(f"/t/{ticket.number}/time/{entry.pk}/remove/")
    answer = client_of(cast.sam).post(f"/t/{ticket.number}/time/{entry.pk}/", {"time": "9", "day": "2026-01-05"})
    assert answer.status_code == 422
    assert spent(ticket).get().minutes == 5
    mine = actions.log_time(ticket, user=cast.sam, minutes=5, invoicing="done")
    client_of(cast.sam).post(f"/t/{ticket.number}/time/{mine.pk}/remove/")
    assert spent(ticket).count() == 2
    client_of(cast.lena).post(f"/t/{ticket.number}/time/{mine.pk}/remove/")
    assert spent(ticket).count() == 1


def test_an_entry_of_another_ticket_is_not_found(client_of, ticket, open_ticket, cast):
    """T16: an id of one's own choice."""
    entry = actions.log_time(open_ticket(department=cast.billing), user=cast.ben, minutes=5)
    for door in (f"time/{entry.pk}/", f"time/{entry.pk}/remove/", "time/999999/"):
        sent = {"time": "9", "day": "2026-01-05"}
        assert client_of(cast.sam).post(f"/t/{ticket.number}/{door}", sent).status_code == 404


# --- Where it is shown ------------------------------------------------------------------------------------------------


def test_staff_see_it_beside_the_ticket_and_on_the_message(client_of, ticket, cast, say):
    message = say(ticket, cast.sam, "Done.")
    actions.log_time(ticket, user=cast.sam, minutes=25, message=message, text=SECRET, is_billable=True, amount=10)
    actions.log_time(ticket, user=cast.lena, minutes=20)
    page = client_of(cast.lena).get(f"/t/{ticket.number}/").content.decode()
    assert "0:45 · 10.00" in page and SECRET in page and "Time logged: 0:25" in page


def test_no_client_ever_sees_any_of_it(client_of, ticket, cast, say, by_pass):
    """The canary: neither page nor letter, neither words nor numbers (T09)."""
    message = say(ticket, cast.sam, "Done.")
    actions.log_time(ticket, user=cast.sam, minutes=4321, message=message, text=SECRET, is_billable=True, amount=8765)
    say(ticket, cast.lena, "And closed.")
    actions.close(ticket, actor=cast.sam)
    pages = [
        client_of(who).get(path).content.decode()
        for who in (cast.anna, cast.olga)
        for path in (f"/t/{ticket.number}/", "/tickets/", "/")
    ]
    pages += [part for mail in OutgoingMail.objects.filter(user=cast.anna) for part in (mail.text, mail.html)]
    for page in pages:
        assert SECRET not in page and "4321" not in page and "72:01" not in page and "8765" not in page


def test_the_page_of_a_ticket_asks_no_more_for_it(client_of, ticket, cast, statements):
    """T27: one entry or twenty, it is read with what hangs on the ticket."""
    browser = client_of(cast.sam)
    browser.get(f"/t/{ticket.number}/")
    with statements() as before:
        browser.get(f"/t/{ticket.number}/")
    for minutes in range(1, 20):
        actions.log_time(ticket, user=cast.sam, minutes=minutes)
    with statements() as after:
        browser.get(f"/t/{ticket.number}/")
    assert len(after) <= len(before)


def test_merging_keeps_it_and_splitting_moves_it(ticket, open_ticket, cast, say):
    """FIELD 1.2: time entries move with the message."""
    other = open_ticket()
    actions.log_time(other, user=cast.sam, minutes=5)
    message = say(ticket, cast.sam, "Two things.")
    actions.log_time(ticket, user=cast.sam, minutes=9, message=message)
    actions.merge([ticket, other], into=ticket, actor=cast.sam)
    assert [row.minutes for row in spent(ticket)] == [5, 9]


# --- Day by day -------------------------------------------------------------------------------------------------------


@pytest.fixture
def worked(ticket, open_ticket, cast, consulting):
    """Sam in Support and Ben in Billing, on two days."""
    billing = open_ticket(department=cast.billing, client=cast.carl, subject="An invoice")
    for day in (date(2026, 1, 5), date(2026, 1, 6)):
        more = {"day": day, "activity": consulting, "is_billable": True}
        actions.log_time(ticket, user=cast.sam, minutes=30, text="=cmd|calc", **more)
        actions.log_time(billing, user=cast.ben, minutes=10, **more)
    return ticket, billing


def rows_of(browser, **query):
    answer = browser.get("/desk/times/sheet/", query)
    assert answer.status_code == 200 and answer.streaming
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[1:]


DAYS = {"from": "2026-01-05", "until": "2026-01-06"}


def test_one_sees_ones_own_day_with_totals(client_of, cast, worked):
    page = client_of(cast.sam).get("/desk/times/?day=2026-01-05").content.decode()
    assert "1 entry: 0:30, of it billable 0:30" in page and "45.00" in page and "An invoice" not in page
    assert "2 entries: 1:00" in client_of(cast.sam).get("/desk/times/", DAYS).content.decode()
    assert "Nothing logged" in client_of(cast.sam).get("/desk/times/").content.decode()


def test_of_several_days_each_stands_under_its_own_with_what_it_comes_to(client_of, ticket, cast, worked, monkeypatch):
    """S152, zammad#1580: per day, whole days, on whichever page of the list they stand."""
    actions.log_time(ticket, user=cast.sam, minutes=25, day=date(2026, 1, 6))
    monkeypatch.setattr("tickets.views.times.PAGE", 2)
    page = client_of(cast.sam).get("/desk/times/", DAYS).text
    heads = [head.partition("</th>")[0] for head in page.split('scope="rowgroup">')[1:]]
    assert [re.sub("<[^>]+>", " ", head).split() for head in heads] == [
        ["5", "January", "2026", "0:30"], ["6", "January", "2026", "0:55"],
    ]  # fmt: skip
    assert 'scope="rowgroup"' not in client_of(cast.sam).get("/desk/times/?day=2026-01-05").text
    assert "0:40" in client_of(cast.lena).get("/desk/times/", DAYS).text  # Sam's and Ben's
    assert "0:40" not in client_of(cast.ben).get("/desk/times/", DAYS).text


@pytest.mark.parametrize(("name", "people"), [("sam", 1), ("ben", 1), ("lena", 2), ("operator", 2)])
def test_who_leads_sees_the_colleagues_of_the_department_alone(client_of, cast, worked, name, people):
    """S152: agents themselves, leads their departments, operators all."""
    rows = rows_of(client_of(getattr(cast, name)), **DAYS)
    assert len({row[1] for row in rows}) == people and len(rows) == 2 * people


def test_a_lead_of_one_department_sees_nothing_of_another(client_of, cast, worked):
    StaffPlace.objects.filter(user=cast.sam, department=cast.support).update(role=StaffPlace.Role.LEAD)
    actions.log_time(worked[0], user=cast.lena, minutes=3, day=date(2026, 1, 5))
    rows = rows_of(client_of(cast.sam), **DAYS)
    assert {row[1] for row in rows} == {cast.sam.full_name, cast.lena.full_name}
    assert not rows_of(client_of(cast.sam), user=cast.ben.pk, department=cast.billing.pk, **DAYS)


@pytest.mark.parametrize("name", ["anna", "olga", "carl"])
def test_clients_have_no_such_list(client_of, cast, worked, name):
    for path in ("/desk/times/", "/desk/times/sheet/"):
        assert client_of(getattr(cast, name)).get(path, DAYS).status_code == 404


def test_the_sheet_says_everything_and_no_formula(client_of, cast, worked):
    row = rows_of(client_of(cast.sam), day="2026-01-05")[0]
    assert row[0] == "2026-01-05" and row[2] == worked[0].number and row[7:10] == ["Consulting", "30", "0:30"]
    assert row[11] == "45.00" and row[13] == "'=cmd|calc"


def test_of_a_ticket_that_has_left_only_the_number_is_said(client_of, cast, worked):
    """T09: one's own time stays one's own; the ticket is none of one's any more."""
    ticket = worked[0]
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    row = rows_of(client_of(cast.sam), day="2026-01-05")[0]
    page = client_of(cast.sam).get("/desk/times/?day=2026-01-05").content.decode()
    assert row[2] == ticket.number and row[3:7] == [""] * 4 and ticket.subject not in page


@pytest.mark.parametrize(
    "query",
    [{"day": "x"}, {"from": "2026-13-45"}, {"user": "1; DROP"}, {"department": "9" * 30}, {"cursor": "x"},
     {"from": "2026-01-06", "until": "2026-01-05"}, {"from": "1970-01-01", "until": "2999-12-31"}, {"user": "²"}],
)  # fmt: skip
def test_a_list_for_what_nobody_offers_is_a_list(client_of, cast, worked, query):
    """T19."""
    for path in ("/desk/times/", "/desk/times/sheet/"):
        assert client_of(cast.lena).get(path, query).status_code == 200


@pytest.mark.parametrize("entries", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_three(client_of, ticket, cast, statements, entries):
    """T27."""
    for minutes in range(1, entries + 1):
        actions.log_time(ticket, user=cast.sam, minutes=minutes)
    browser = client_of(cast.lena)
    browser.get("/desk/times/")
    with statements() as seen:
        browser.get("/desk/times/")
    assert len(seen) == 5


def test_operators_say_what_an_hour_costs(client_of, cast):
    browser = client_of(cast.operator)
    fields = {"name": "Consulting", "hourly": "90.00", "position": "0", "is_active": "on"}
    browser.post("/admin/departments/activity/add/", fields)
    assert Activity.objects.get().hourly == Decimal("90.00")
    assert client_of(cast.lena).get("/admin/departments/activity/").status_code == 403


def test_words_taken_out_of_a_ticket_go_from_time_that_is_yet_to_be_logged(ticket, cast):
    """Redaction: what a waiting reply carries is looked through like what is logged."""
    due_at = timezone.now() + timedelta(hours=1)
    after = {"time": {"minutes": 5, "activity": None, "billable": False, "amount": None, "invoicing": "no",
                      "text": f"About {SECRET}", "day": "2026-01-05"}}  # fmt: skip
    held = actions.hold_reply(ticket, author=cast.sam, written=write("Soon."), due_at=due_at, after=after)
    actions.log_time(ticket, user=cast.sam, minutes=5, text=SECRET)
    actions.redact(ticket, words=Words(SECRET), actor=cast.lena)
    actions.release(held, now=due_at)
    assert [SECRET in row.text for row in spent(ticket)] == [False, False]
