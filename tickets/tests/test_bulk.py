"""Acts on many tickets: in the background, all of a list, whatever changed meanwhile, taken back (S133, T07, T19)."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.utils import timezone

from accounts.viewer import Viewer
from departments.models import PredefinedReply, ReplyCategory, StaffPlace, Status, Team
from departments.policy import forget
from mail.models import OutgoingMail
from tickets import actions, bulk
from tickets.automation import timers
from tickets.models import BulkJob, Draft, Notification, PendingReply, Tag, Ticket, TicketEvent, Verb

pytestmark = pytest.mark.django_db
State = BulkJob.State


@pytest.fixture
def many(open_ticket):
    """`many(130)`: so many open tickets of Anna's in Technical support."""
    return lambda count, **more: [open_ticket(subject=f"Ticket {number}", **more) for number in range(count)]


@pytest.fixture
def begin(cast):
    """`begin(tickets, "close")`: a job of Sam's, as the list begins it; large ones wait for their worker."""

    def make(tickets, name="close", params=None, person=None, **more):
        return bulk.start(Viewer(person or cast.sam), name, params or {}, [each.pk for each in tickets], **more)

    return make


@pytest.fixture
def large(monkeypatch):
    """Jobs of more than three tickets are large, and done two at a time."""
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk.step, "__kwdefaults__", {"size": 2}, raising=False)
    monkeypatch.setattr(bulk.step.__wrapped__, "__kwdefaults__", {"size": 2})


def send(browser, tickets=(), **fields):
    return browser.post("/desk/bulk/", {"t": [each.number for each in tickets], "next": "/desk/?view=open", **fields})


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def closed(tickets):
    return Ticket.objects.filter(pk__in=[each.pk for each in tickets], category="closed").count()


def closings(tickets):
    """How often each ticket was closed."""
    events = TicketEvent.objects.filter(ticket__in=tickets, verb=Verb.CLOSED)
    return sorted(events.values_list("ticket_id", flat=True))


def test_up_to_a_hundred_are_done_at_once_and_more_in_the_background(many, begin):
    """S133: the page does not wait for the many."""
    few, lot = many(3), many(101)
    assert begin(few).state == State.DONE and closed(few) == 3
    job = begin(lot)
    assert (job.state, job.done, closed(lot)) == (State.QUEUED, 0, 0)
    bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed, job.failed) == (State.DONE, 101, 101, [])
    assert closings(lot) == sorted(each.pk for each in lot)
    assert set(TicketEvent.objects.filter(ticket__in=lot, verb=Verb.CLOSED).values_list("click", flat=True)) == {
        job.click
    }


@pytest.mark.parametrize("count", [120, pytest.param(500, marks=pytest.mark.long)])
def test_hundreds_of_selected_tickets_are_closed_once_and_told_of_once(client_of, many, cast, count):
    """Bad input: 500 selected tickets. S133, part 6: each client gets one letter a ticket, written by the sweep."""
    lot = many(count)
    answer = send(client_of(cast.sam), lot, close="1")
    assert told(answer) == [f"Closing {count} tickets: it is done in the background."]
    job = BulkJob.objects.get()
    bulk.run(job.pk)
    assert closed(lot) == count
    timers.write_letters()
    letters = OutgoingMail.objects.filter(notifications__event__click=job.click)
    assert letters.count() == Notification.objects.filter(event__click=job.click).values("event__ticket").count()
    assert not Notification.objects.filter(letter_due_at__isnull=False).exists()


def test_all_that_match_are_meant_and_nothing_else(client_of, many, open_ticket, cast, large):
    """Part 3: the whole list by its filter; what is of other departments, or closed, is none of it."""
    lot, invoice = many(5), open_ticket(department=cast.billing, subject="Ticket of Billing")
    other = open_ticket(subject="Something else")
    answer = send(client_of(cast.sam), lot[:1], every="1", list="view=open&q=Ticket", close="1")
    bulk.run(BulkJob.objects.get().pk)
    assert told(answer) == ["Closing 5 tickets: it is done in the background."]
    assert closed(lot) == 5 and closed([invoice, other]) == 0


@pytest.mark.parametrize("address", ["", "view=nonsense&q=%00", "view=open&" + "status=x&" * 2000, "&" * 5000])
def test_a_list_nobody_offered_is_read_like_any_address(client_of, ticket, sam, address):
    """T19: a broken address is the queue, and nothing outside one's departments."""
    answer = send(client_of(sam), every="1", list=address, priority="critical")
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert ticket.priority.code == "critical"


def test_the_list_is_counted_when_asked(client_of, many, open_ticket, cast, monkeypatch):
    """T27: never on the page itself; counted up to what one job takes."""
    many(3), open_ticket(department=cast.billing)
    browser = client_of(cast.sam)
    assert browser.get("/desk/bulk/count/?view=open").content.decode() == "All 3 tickets of this list"
    monkeypatch.setattr(bulk, "MOST", 2)
    assert browser.get("/desk/bulk/count/?view=open").content.decode() == "The first 2 tickets of this list"


def test_every_act_of_the_list(client_of, many, cast):
    """S133: status, priority, department, person; each can be taken back."""
    lot, browser = many(2), client_of(cast.lena)
    assert told(send(browser, lot, priority="critical"))[-1] == "Priority of 2 tickets: Critical."
    assert told(send(browser, lot, department="billing"))[-1] == "2 tickets moved to Billing."
    assert set(Ticket.objects.values_list("department__slug", "priority__code")) == {("billing", "critical")}
    for job in BulkJob.objects.order_by("-pk"):
        browser.post(f"/desk/bulk/{job.pk}/undo/")
    assert set(Ticket.objects.values_list("department__slug", "priority__code")) == {("support", "medium")}


def test_tags_are_put_on_and_taken_off(client_of, many, cast):
    """S133, part 3: and taken back; Enter in the field presses no button by chance."""
    lot, browser = many(2), client_of(cast.sam)
    assert told(send(browser, lot, tag="1", tags="vip, Call back"))[-1] == "2 tickets tagged: vip, Call back."
    assert told(send(browser, lot[:1], untag="1", tags="VIP,unheard of"))[-1] == "Taken off 1 ticket: vip."
    assert [each.tags.count() for each in lot] == [1, 2]
    for job in BulkJob.objects.order_by("-pk"):
        browser.post(f"/desk/bulk/{job.pk}/undo/")
    assert [each.tags.count() for each in lot] == [0, 0]
    assert told(send(browser, lot, tag="1", tags=" , "))[-1] == "Name a tag."
    page = browser.get("/desk/").content.decode().partition("data-bulk>")[2]
    assert page.index("<button hidden disabled>") < page.index("<button", page.index("hidden disabled"))


def test_spam_and_back(client_of, many, cast):
    """Part 3: no letter, and the list of spam takes it back."""
    lot, browser = many(2), client_of(cast.sam)
    before = OutgoingMail.objects.count()
    assert told(send(browser, lot, spam="1")) == ["2 tickets marked as spam."]
    assert 'name="not_spam"' in browser.get("/desk/?view=spam").content.decode()
    assert told(send(browser, lot, not_spam="1"))[-1] == "2 tickets are no spam."
    assert not Ticket.objects.exclude(hidden="").exists() and OutgoingMail.objects.count() == before


def test_snoozed_until_a_moment_where_the_person_is(client_of, many, cast, large):
    """Part 3: “tomorrow at nine” is said in the agent's own zone, whenever a worker comes."""
    cast.sam.time_zone = "Asia/Tokyo"
    cast.sam.save(update_fields=["time_zone"])
    lot, browser = many(5), client_of(cast.sam)
    send(browser, lot, snooze="tomorrow")
    job = BulkJob.objects.get()
    bulk.run(job.pk)
    until = {each.snoozed_until for each in Ticket.objects.filter(pk__in=[each.pk for each in lot])}
    assert len(until) == 1 and until.pop().hour == 0  # nine in Tokyo
    browser.post(f"/desk/bulk/{job.pk}/undo/")
    bulk.run(job.pk)
    assert not Ticket.objects.filter(snoozed_at__isnull=False).exists()
    assert told(send(browser, lot, snooze="never"))[-1] == "Choose one of the list."


def test_deleted_with_and_without_the_sender_and_taken_out_again(client_of, many, cast):
    """S133, S135: into the trash; the address goes to the list of those kept out; Undo takes back both."""
    from mail.models import BlockedSender

    lot, browser = many(2), client_of(cast.sam)
    assert told(send(browser, lot, trash="1")) == ["2 tickets moved to the trash."]
    assert set(Ticket.objects.values_list("hidden", flat=True)) == {"trash"}
    assert 'name="restore"' in browser.get("/desk/?view=trash").content.decode()
    assert told(send(browser, lot, restore="1"))[-1] == "2 tickets taken out of the trash."
    assert told(send(browser, lot, block="1"))[-1] == "2 tickets moved to the trash, their senders blocked."
    assert [row.value for row in BlockedSender.objects.in_force()] == [cast.anna.email]
    browser.post(f"/desk/bulk/{BulkJob.objects.latest('pk').pk}/undo/")
    assert not BlockedSender.objects.in_force().exists()
    assert set(Ticket.objects.values_list("hidden", flat=True)) == {""}


def test_colleagues_are_not_blocked_and_locked_departments_keep_all(client_of, many, cast):
    """S135, C5: what cannot be done says why, for each ticket."""
    own, kept = *many(1, client=cast.ben), *many(1, department=cast.billing)
    cast.billing.history_policy = "locked"
    cast.billing.save(update_fields=["history_policy"])
    from departments.policy import forget

    forget()
    browser = client_of(cast.lena)
    assert told(send(browser, [own, kept], block="1")) == ["2 tickets could not be done."]
    assert dict(BulkJob.objects.get().failed) == {
        own.number: "Colleagues write from there. Their mail cannot be kept out.",
        kept.number: "Nothing is deleted in this department.",
    }
    assert own.number in browser.get(f"/desk/bulk/{BulkJob.objects.get().pk}/").content.decode()
    assert set(Ticket.objects.values_list("hidden", flat=True)) == {""}


def test_merging_is_asked_on_its_own_page(client_of, many, cast):
    """S134: without script, too; a POST of the list merges nothing yet."""
    lot, browser = many(2), client_of(cast.sam)
    answer = send(browser, lot, merge="1")
    assert answer.url.startswith("/desk/merge/?t=") and not Ticket.objects.exclude(merged_into=None).exists()
    assert browser.get(answer.url).status_code == 200


def test_tickets_are_given_to_a_team(client_of, many, cast):
    """S4: and one of another department is told."""
    from departments.models import Team
    from departments.policy import forget

    team = Team.objects.create(name="Night shift", department=cast.support)
    forget()
    here, there = *many(1), *many(1, department=cast.billing)
    answer = send(client_of(cast.lena), [here, there], assign=f"team-{team.pk}")
    assert told(answer) == [
        f"{there.number}: Night shift is no team of this department.",
        "1 ticket given to the team Night shift.",
    ]


@pytest.fixture
def promise(cast):
    """A predefined reply with a field, which also tags."""
    drawer = ReplyCategory.objects.create(name="Outages")
    reply = PredefinedReply.objects.create(category=drawer, name="We are on it", tags=["outage"])
    reply.texts.create(language="", text="Hello {{client.first_name}}, we are on {{ticket.number}}.")
    reply.texts.create(language="fr", text="Bonjour {{client.first_name}}.")
    forget()
    return reply


def test_a_reply_to_many_is_read_first_and_sent_to_each_with_its_own_words(client_of, many, cast, promise):
    """S147, S156: fields and language of each client; what it does besides is done; counted."""
    first, second = lot = [*many(1), *many(1, client=cast.carl)]
    cast.carl.language = "fr"
    cast.carl.save(update_fields=["language"])
    browser, words = client_of(cast.sam), {"t": [each.number for each in lot], "seen": timezone.now().timestamp() + 1}
    page = browser.post("/desk/bulk/reply/", words).content.decode()
    assert "We are on it" in page and first.messages.count() == 1
    page = browser.post("/desk/bulk/reply/", words | {"chosen": promise.pk}).content.decode()
    assert f"Hello Anna, we are on {first.number}." in page and "Bonjour Carl." in page and "tag outage" in page
    assert told(send(browser, lot, predefined=promise.pk)) == ["2 replies go in a minute: We are on it."]
    assert not any(each.messages.filter(number=2).exists() for each in lot) and not first.tags.exists()
    timers.release_due_replies(now=timezone.now() + timedelta(minutes=2))
    assert [each.messages.get(number=2).body for each in lot] == [
        f"Hello Anna, we are on {first.number}.", "Bonjour Carl.",
    ]  # fmt: skip
    assert first.tags.get().name == "outage"
    assert (
        OutgoingMail.objects.filter(kind="reply", to_address__in=["anna@example.com", "carl@example.com"]).count() == 2
    )
    job = BulkJob.objects.get()
    assert told(browser.post(f"/desk/bulk/{job.pk}/undo/"))[-1] == "The reply has already been sent."
    assert [each.messages.count() for each in lot] == [2, 2]


def test_a_reply_to_many_is_taken_back_within_a_minute(client_of, many, cast, promise):
    """Undo for 60 s, as of every act on many: nobody gets a letter, nothing of it stays; what has gone is told."""
    lot, browser = many(3), client_of(cast.sam)
    send(browser, lot, predefined=promise.pk)
    job = BulkJob.objects.get()
    page = browser.get("/desk/activity/").text
    assert f"/desk/bulk/{job.pk}/undo/" in page and "Not sent yet" not in page  # one line, not one a ticket
    early = PendingReply.objects.get(ticket=lot[0])
    actions.release(early, now=early.due_at)
    assert told(browser.post(f"/desk/bulk/{job.pk}/undo/"))[-1] == "Taken back."
    job.refresh_from_db()
    assert job.state == "undone" and job.failed == [[lot[0].number, "The reply has already been sent."]]
    assert [each.messages.count() for each in lot] == [2, 1, 1] and not PendingReply.objects.exists()
    timers.release_due_replies(now=timezone.now() + timedelta(minutes=2))
    assert OutgoingMail.objects.filter(kind="reply", to_address=cast.anna.email).count() == 1
    assert not Draft.objects.exists()
    assert [each.events.filter(verb="replied").count() for each in lot] == [1, 0, 0]


def test_a_reply_to_many_is_taken_back_where_its_ticket_was_merged_too(client_of, many, cast, promise):
    one, two = many(2)
    browser = client_of(cast.sam)
    send(browser, [two], predefined=promise.pk)
    actions.merge([one, two], actor=cast.sam, into=one)
    told(browser.post(f"/desk/bulk/{BulkJob.objects.get().pk}/undo/"))
    assert not PendingReply.objects.exists()


def test_nobody_takes_back_anothers_replies_to_many(client_of, many, cast, promise):
    """T01."""
    send(client_of(cast.sam), many(2), predefined=promise.pk)
    assert client_of(cast.lena).post(f"/desk/bulk/{BulkJob.objects.get().pk}/undo/").status_code == 404
    assert PendingReply.objects.count() == 2


def test_a_reply_that_cannot_be_filled_in_is_sent_to_nobody(client_of, many, cast, promise):
    """S148, bad input: a field that says nothing, one nobody knows; the others get theirs."""
    lot = [*many(1), *many(1, client=cast.carl)]
    cast.carl.name = ""
    cast.carl.save(update_fields=["name"])
    browser = client_of(cast.sam)
    page = browser.post("/desk/bulk/reply/", {"t": [each.number for each in lot], "chosen": promise.pk})
    assert "A field is not filled in" in page.content.decode()
    answer = send(browser, lot, predefined=promise.pk)
    assert list(PendingReply.objects.values_list("ticket", flat=True)) == [lot[0].pk]
    assert any("A field is not filled in" in words for words in told(answer))


@pytest.mark.parametrize("value", ["", "0", "abc", "999999", "-1", "9" * 30])
def test_a_reply_nobody_offered_is_sent_to_nobody(client_of, many, cast, promise, value):
    """T19; and one of another department is refused for each ticket."""
    (each,) = many(1)
    browser = client_of(cast.sam)
    assert told(send(browser, [each], predefined=value)) == ["Choose one of the list."]
    assert browser.post("/desk/bulk/reply/", {"t": each.number, "chosen": value}).status_code == 200
    promise.departments.add(cast.billing)
    forget()
    send(browser, [each], predefined=promise.pk)
    assert each.messages.count() == 1


def test_a_reply_is_for_tickets_of_ones_own_departments(client_of, open_ticket, cast, promise):
    """T01: the page that previews shows nobody else's ticket either."""
    invoice, browser = open_ticket(department=cast.billing, subject="Secret invoice"), client_of(cast.sam)
    answer = browser.post("/desk/bulk/reply/", {"t": invoice.number, "chosen": promise.pk})
    assert answer.status_code == 302 and told(answer) == ["Select tickets first."]


def test_what_changed_meanwhile_is_left_alone_and_told(client_of, many, begin, cast, say, ben):
    """Bad input: closed, moved, hidden, merged, written in since the list was drawn."""
    shut, moved, trashed, merged, written, fine = lot = many(6)
    seen = timezone.now()
    with time_machine.travel(seen + timedelta(seconds=5)):
        actions.close(shut, actor=cast.lena)
        actions.move(moved, to=cast.billing, actor=cast.lena)
        Ticket.objects.filter(pk=trashed.pk).update(hidden="trash", category="closed")
        Ticket.objects.filter(pk=merged.pk).update(merged_into=fine)
        say(written, cast.anna, "Wait, it still burns!")
        job = begin(lot, seen=seen)
    assert dict(job.failed) == {
        moved.number: "It has left your departments.",
        trashed.number: "It was deleted.",
        merged.number: f"It was merged into {fine.number}.",
        written.number: "The client wrote meanwhile. Read it first.",
    }
    assert (job.done, job.changed) == (6, 1) and closed([fine]) == 1
    page = client_of(cast.sam).get(f"/desk/bulk/{job.pk}/").content.decode()
    assert moved.number in page and "4 tickets were not done" in page and "1 ticket was so already." in page


@pytest.mark.parametrize("act", ["close", "status", "predefined"])
def test_a_checklist_that_is_not_done_keeps_its_ticket_open(many, begin, cast, promise, act):
    """One by one somebody is asked; of many it is said which ones, and what is left to do there."""
    todo, done, without = lot = many(3)
    shut = Status.objects.get(code="closed")
    for each in (todo, done):
        actions.add_points(each, texts=["Test it", "Switch it"], actor=cast.sam)
    for point in done.checklist.all():
        actions.tick(point, actor=cast.sam)
    PredefinedReply.objects.filter(pk=promise.pk).update(status=shut)
    forget()
    job = begin(lot, act, {"status": "closed", "predefined": str(promise.pk)})
    ((number, why),) = job.failed
    assert number == todo.number and "2 points of the checklist are still open: Test it, Switch it" in why
    timers.release_due_replies(now=timezone.now() + timedelta(minutes=2))
    assert closed(lot) == 2 and todo.messages.count() == 1
    assert not begin([done], act, {"status": "closed", "predefined": str(promise.pk)}).failed


@pytest.mark.parametrize("act, params", [("status", {"status": "in-progress"}), ("snooze", {"snooze": ""})])
def test_what_the_client_wrote_meanwhile_is_not_put_out_of_sight_unread(many, begin, cast, say, act, params):
    """Bad input: as closing, neither another status nor a snooze."""
    lot, seen = many(2), timezone.now()
    with time_machine.travel(seen + timedelta(seconds=5)):
        say(lot[0], cast.anna, "Wait, it still burns!")
        job = begin(lot, act, params, seen=seen)
    assert job.failed == [[lot[0].number, "The client wrote meanwhile. Read it first."]] and job.changed == 1


def test_a_ticket_closed_meanwhile_is_not_given_a_status(many, begin, cast):
    """Bad input: nobody reopens what a colleague has just closed."""
    lot, seen = many(2), timezone.now()
    with time_machine.travel(seen + timedelta(seconds=5)):
        actions.close(lot[0], actor=cast.lena)
        job = begin(lot, "status", {"status": "on-hold"}, seen=seen)
    assert job.failed == [[lot[0].number, "It was closed meanwhile."]] and job.changed == 1


def test_what_we_answered_meanwhile_is_closed_with_the_others(many, begin, cast, say):
    """Only a client's words want to be read first."""
    (each,), seen = many(1), timezone.now()
    with time_machine.travel(seen + timedelta(seconds=5)):
        say(each, cast.lena, "It works again.")
        job = begin([each], seen=seen)
    assert job.failed == [] and closed([each]) == 1


def test_the_form_says_when_its_list_was_drawn(client_of, many, cast, say):
    """Bad input: nonsense and the future count as now."""
    browser, drawn = client_of(cast.sam), timezone.now().timestamp()
    for seen, expected in ((drawn, 0), ("nonsense", 1), ("9e99", 1), (drawn + 9999, 1), ("-1e300", 1)):
        (each,) = many(1)
        with time_machine.travel(timezone.now() + timedelta(seconds=5)):
            say(each, cast.anna, "More.")
            send(browser, [each], close="1", seen=seen)
        assert closed([each]) == expected, seen


def test_what_came_in_the_second_before_the_list_was_drawn_is_seen(client_of, many, cast):
    """Bad input: moments are told to the microsecond; the list says them anew when it refreshes itself."""
    (each,), browser = many(1), client_of(cast.sam)
    page = browser.get("/desk/?view=open")
    assert f'id="seen" data-live value="{page.context["seen"]}"' in page.content.decode()
    send(browser, [each], close="1", seen=page.context["seen"])
    assert closed([each]) == 1


def test_a_status_that_is_gone_when_the_worker_comes_stops_the_job(many, begin, large):
    """Bad input."""
    job = begin(many(4), "status", {"status": "on-hold"})
    Status.objects.filter(code="on-hold").update(is_active=False)
    forget()
    bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.failed) == (State.STOPPED, [["", "What was chosen for them is not offered any more."]])


def test_a_tag_that_was_merged_meanwhile_leads_on(client_of, many, cast, large):
    """Bad input: no tag is made again, and none stands on half of the tickets."""
    lot = many(4)
    send(client_of(cast.sam), lot, tag="1", tags="php, ssl")
    job = BulkJob.objects.get()
    bulk.step(job.pk)
    php, ssl = Tag.objects.order_by("key")
    actions.merge_tag(php, into=actions.tags_named("websites")[0], actor=cast.lena)
    bulk.run(job.pk)
    assert [sorted(each.tags.values_list("name", flat=True)) for each in lot] == [["ssl", "websites"]] * 4
    send(client_of(cast.sam), lot, untag="1", tags="ssl")
    actions.change_tag(ssl, name="tls", tone="")
    bulk.run(BulkJob.objects.latest("pk").pk)
    assert [list(each.tags.values_list("name", flat=True)) for each in lot] == [["websites"]] * 4


def test_a_tag_that_was_deleted_meanwhile_stays_gone(client_of, many, cast, large):
    """Bad input, T18: neither the worker nor a page that tells of the act makes it again."""
    lot, browser = many(4), client_of(cast.sam)
    send(browser, lot, tag="1", tags="php")
    job = BulkJob.objects.get()
    bulk.step(job.pk)
    actions.delete_tag(Tag.objects.get(), actor=cast.lena)
    bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (State.STOPPED, 2)
    page = browser.get(f"/desk/bulk/{job.pk}/").content.decode()
    assert "not offered any more" in page and "not done" not in page
    assert browser.get("/desk/activity/").status_code == 200 and not Tag.objects.exists()


def test_what_went_out_of_sight_is_named_by_its_number_alone(client_of, many, cast):
    """T01: whoever reads why it was not done learns nothing of what became of it."""
    lot, browser = many(2), client_of(cast.sam)
    for each, to in zip(lot, ("billing", "support"), strict=True):
        actions.set_subject(each, subject=f"Now of {to}", actor=cast.lena)
    actions.close(lot[1], actor=cast.lena)
    BulkJob.objects.create(
        user=cast.sam, act="close", tickets=[each.pk for each in lot], total=2, done=2, state=State.DONE,
        failed=[[each.number, "It was closed meanwhile."] for each in lot],
    )  # fmt: skip
    actions.move(lot[0], to=cast.billing, actor=cast.lena)
    page = browser.get(f"/desk/bulk/{BulkJob.objects.get().pk}/").content.decode()
    assert lot[0].number in page and "Now of billing" not in page and f"/t/{lot[0].number}/" not in page
    assert f"/t/{lot[1].number}/" in page and "Now of support" in page


def test_who_lost_the_place_meanwhile_changes_nothing_more(many, begin, cast, large):
    """S119, T01: asked again for each ticket when its turn comes; so is whether somebody still works here at all."""
    lot = many(4)
    job, second = begin(lot), begin(lot, person=cast.lena)
    StaffPlace.objects.filter(user=cast.sam).delete()
    cast.lena.is_active = False
    cast.lena.save(update_fields=["is_active"])
    bulk.run(job.pk), bulk.run(second.pk)
    assert closed(lot) == 0
    assert {why for row in BulkJob.objects.all() for _number, why in row.failed} == {"It has left your departments."}


# --- Workers that die, and come twice ---------------------------------------------------------------------------------


def test_a_step_that_breaks_is_done_again_and_no_ticket_twice(many, begin, large, monkeypatch):
    """T07: what a dead worker left is found by the sweep and goes on where it stopped."""
    lot = many(6)
    job, real = begin(lot), actions.close
    calls = []

    def dies_at_the_fourth(ticket, *, actor):
        calls.append(ticket)
        if len(calls) == 4:
            raise OperationalError("the server went away")
        return real(ticket, actor=actor)

    monkeypatch.setattr(actions, "close", dies_at_the_fourth)
    with pytest.raises(OperationalError):
        bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, closed(lot)) == (State.RUNNING, 2, 2)
    assert bulk.run_left_behind() == 0  # it may be alive
    assert bulk.run_left_behind(timezone.now() + bulk.LEFT_BEHIND) == 1
    bulk.run(job.pk), bulk.run_left_behind(timezone.now() + bulk.LEFT_BEHIND)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == (State.DONE, 6, 6)
    assert closings(lot) == sorted(each.pk for each in lot)


def test_one_ticket_that_cannot_be_done_stops_no_other(many, begin, monkeypatch):
    """Part 3: each in a savepoint of its own; nothing half done is left of it."""
    lot, real = many(3), actions.close

    def breaks(ticket, *, actor):
        real(ticket, actor=actor)
        if ticket.pk == lot[1].pk:
            raise ValueError("a fault of ours")

    monkeypatch.setattr(actions, "close", breaks)
    job = begin(lot)
    assert (job.changed, closed(lot)) == (2, 2) and closed([lot[1]]) == 0
    assert job.failed == [[lot[1].number, "Something went wrong. It was left as it is."]]
    assert not Notification.objects.filter(event__click=job.click, event__ticket=lot[1]).exists()


def test_a_long_job_lets_others_have_their_turn(many, begin, large):
    """A worker gives a job some seconds, then asks to be called again."""
    job = begin(many(6))
    for done in (2, 4, 6):
        assert bulk.run(job.pk, turn=0)
        job.refresh_from_db()
        assert job.done == done
    assert job.state == State.DONE and not bulk.run(job.pk)


# --- Back -------------------------------------------------------------------------------------------------------------


def test_a_large_job_is_taken_back_in_the_background_too(client_of, many, begin, cast, large):
    """Part 8: one Undo for all of it; what somebody changed since is left alone and told."""
    lot, browser = many(6), client_of(cast.sam)
    job = begin(lot)
    bulk.run(job.pk)
    actions.reopen(lot[2], actor=cast.lena, by_staff=True)
    browser.post(f"/desk/bulk/{job.pk}/undo/")
    job.refresh_from_db()
    assert (job.state, closed(lot)) == (State.UNDOING, 5)
    bulk.run(job.pk), bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, closed(lot)) == (State.UNDONE, 0)
    assert job.failed == [[lot[2].number, "Somebody changed it since."]]
    assert TicketEvent.objects.filter(verb=Verb.UNDONE, ticket__in=lot).count() == 5


def test_a_job_under_way_is_taken_back_as_far_as_it_is(many, begin, large):
    """Part 8."""
    lot = many(6)
    job = begin(lot)
    bulk.step(job.pk)
    bulk.undo(job)
    bulk.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.UNDONE and closed(lot) == 0
    assert len(closings(lot)) == 2


def test_a_job_is_stopped_and_the_rest_left(client_of, many, begin, cast, large):
    """Part 3."""
    lot, browser = many(6), client_of(cast.sam)
    job = begin(lot)
    bulk.step(job.pk)
    browser.post(f"/desk/bulk/{job.pk}/stop/")
    bulk.run(job.pk)
    job.refresh_from_db()
    assert (job.state, closed(lot)) == (State.STOPPED, 2)
    assert "4 tickets were left as they are." in browser.get(f"/desk/bulk/{job.pk}/").content.decode()


def test_undo_ends_after_a_minute_and_happens_once(client_of, many, begin, cast):
    """Part 8: 60 seconds."""
    lot, browser = many(2), client_of(cast.sam)
    job = begin(lot)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert told(browser.post(f"/desk/bulk/{job.pk}/undo/")) == ["This can no longer be undone."]
    assert told(browser.post(f"/desk/bulk/{job.pk}/undo/"))[-1] == "Taken back."
    assert told(browser.post(f"/desk/bulk/{job.pk}/undo/"))[-1] == "This can no longer be undone."
    assert closed(lot) == 0


def test_a_notice_that_waits_is_never_sent_when_its_job_was_taken_back(many, begin, large):
    """Part 6: a bulk close that was a slip of the hand reaches no client."""
    from tickets.automation import timers

    lot = many(6)
    job = begin(lot)
    bulk.run(job.pk)
    bulk.undo(job)
    bulk.run(job.pk)
    timers.write_letters()
    letters = OutgoingMail.objects.filter(notifications__event__click=job.click)
    assert not letters.exclude(state="cancelled").exists()


def test_old_jobs_forget_which_tickets_they_were(client_of, many, begin, cast):
    """Part 8: my activity still tells them, in a line."""
    job, browser = begin(many(2)), client_of(cast.sam)
    assert bulk.forget_old() == 0
    later = timezone.now() + timedelta(days=31)
    assert (bulk.forget_old(later), bulk.forget_old(later)) == (1, 0)
    job.refresh_from_db()
    assert (job.tickets, job.total, job.changed) == ([], 2, 2)
    assert "2 tickets closed." in browser.get("/desk/activity/").content.decode()
    assert browser.get(f"/desk/bulk/{job.pk}/").status_code == 200


def test_what_was_posted_to_many_is_forgotten_with_it(many, begin):
    """Part 8: the words stand in the tickets, and go there when they are deleted."""
    job = begin(many(1), "incident", {"incident": "It works again."})
    bulk.forget_old(timezone.now() + timedelta(days=31))
    job.refresh_from_db()
    assert job.params == {"incident": ""} and bulk.sentence(job) == "1 ticket answered."


# --- Whose job it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", "lena", "operator"])
@pytest.mark.parametrize("door", ["", "line/", "undo/", "stop/"])
def test_a_job_is_nobody_elses(client_of, many, begin, cast, name, door):
    """T01: not even a lead's; what it changed they see in the tickets."""
    lot = many(1)
    job, browser = begin(lot), client_of(getattr(cast, name))
    answer = browser.post(f"/desk/bulk/{job.pk}/{door}") if door in ("undo/", "stop/") else None
    answer = answer or browser.get(f"/desk/bulk/{job.pk}/{door}")
    assert answer.status_code == 404 and closed(lot) == 1


def test_the_desk_shows_a_line_while_it_runs_and_a_while_after(client_of, many, begin, cast, large):
    """Part 3: with the page's own statements; nobody else's desk shows it."""
    browser, job = client_of(cast.sam), begin(many(5))
    assert browser.get("/desk/").context["job"] == job.pk
    assert client_of(cast.lena).get("/desk/").context["job"] is None
    line = browser.get(f"/desk/bulk/{job.pk}/line/").content.decode()
    assert "<b>Closing 5 tickets</b>" in line and "0 of 5 tickets done." in line and "every 2s" in line
    bulk.run(job.pk)
    line = browser.get(f"/desk/bulk/{job.pk}/line/").content.decode()
    assert "5 tickets closed." in line and "every 2s" not in line and "Undo" in line
    assert browser.get("/desk/").context["job"] == job.pk
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert client_of(cast.sam).get("/desk/").context["job"] is None


@pytest.mark.parametrize(
    ("act", "params", "name"),
    [
        ("close", {}, "Closing 5 tickets"),
        ("assign", {"assign": "me"}, "Assigning 5 tickets to Sam Whitlock"),
        ("assign", {"assign": "nobody"}, "Assigning 5 tickets to nobody"),
        ("status", {"status": "on-hold"}, "Status of 5 tickets: On hold"),
        ("department", {"department": "billing"}, "Moving 5 tickets to Billing"),
        ("snooze", {"snooze": ""}, "Snoozing 5 tickets"),
        ("block", {}, "Moving 5 tickets to the trash and blocking their senders"),
        ("assign", {"assign": "team-999"}, "Changing 5 tickets"),  # what was chosen is gone
        ("retired", {}, "Changing 5 tickets"),
    ],
)
def test_the_page_and_the_list_of_ones_acts_name_what_is_done(client_of, many, begin, cast, large, act, params, name):
    """Part 3: while it runs, and on its page ever after; a sentence of its own for each act."""
    browser, job = client_of(cast.sam), begin(many(5), act, params)
    page = browser.get(f"/desk/bulk/{job.pk}/").text
    assert f"<title>{name}" in page and f'<h1 class="desk-title grow">{name} <span' in page
    assert f"<p>{name}</p>" in browser.get("/desk/activity/").text
    bulk.run(job.pk)
    assert f'<h1 class="desk-title grow">{name} <span' in browser.get(f"/desk/bulk/{job.pk}/").text
    job.refresh_from_db()
    assert (f"<p>{name}</p>" in browser.get("/desk/activity/").text) == bool(job.failed)  # what was chosen is gone


def test_each_act_has_a_name_for_one_ticket_and_for_many(cast, promise):
    """No act is called “Changing”: a new one brings its name."""
    team, tag = Team.objects.create(name="Crew", department=cast.support), Tag.objects.create(name="vip", key="vip")
    forget()
    sent = {
        "assign": f"team-{team.pk}", "status": "on-hold", "priority": "high", "department": "billing", "flag": "me",
        "snooze": "", "predefined": str(promise.pk), "incident": "Soon.", "ids": [tag.pk], "tags": "vip",
    }  # fmt: skip
    names = [
        [bulk.told(BulkJob(user=cast.sam, act=act, params=sent, total=n)).name for n in (1, 4)] for act in bulk.ACTS
    ]
    assert all("1 ticket" in one and "4 tickets" in four for one, four in names)
    assert not any("Changing" in one or "%" in one for one, _four in names)


def test_a_job_speaks_the_language_of_whoever_began_it(many, begin, cast, large):
    """The worker has none of its own."""
    cast.sam.language = "fr"
    cast.sam.save(update_fields=["language"])
    lot = many(4)
    job = begin(lot, "assign", {"assign": str(cast.ben.pk)})
    bulk.run(job.pk)
    job.refresh_from_db()
    assert len(job.failed) == 4 and "does not work" not in job.failed[0][1]


def test_a_double_click_begins_one_job(client_of, many, cast, large):
    """Bad input: both go to the same place, and it is done once."""
    lot, key, browser = many(5), uuid.uuid4().hex, client_of(cast.sam)
    first, second = (send(browser, lot, close="1", form_key=key) for _click in range(2))
    assert first.url == second.url and BulkJob.objects.count() == 1


# --- Words ------------------------------------------------------------------------------------------------------------


def test_a_job_that_changed_nothing_does_not_say_how_many_it_changed(client_of, many, begin, cast):
    """Neither where its tickets were gone, nor where they were so already."""
    lot, browser = many(2), client_of(cast.sam)
    Ticket.objects.filter(pk__in=[each.pk for each in lot]).update(hidden=Ticket.Hidden.TRASH)
    job = begin(lot, "priority", {"priority": "high"})
    assert (job.changed, len(job.failed)) == (0, 2)
    for path in (f"/desk/bulk/{job.pk}/", f"/desk/bulk/{job.pk}/line/", "/desk/activity/"):
        page = browser.get(path).text
        assert "Nothing was changed." in page and "0 tickets" not in page, path
        assert "Priority of 2 tickets: High" in page, path
    assert bulk.sentence(begin([], "close")) == "Nothing to change."


@pytest.mark.parametrize(
    ("language", "name", "progress", "left"),
    [
        ("en", "Closing 1,312 tickets", "1,250 of 1,312 tickets done.", "1,005 not done: why"),
        ("fr", "Fermeture de 1 312 tickets", "1 250 tickets traités sur 1 312.", "1 005 non traités"),
        ("ru", "Закрытие 1 312 обращений", "1 250 из 1 312.", "1 005 не обработано"),
        ("pt-br", "Fechando 1.312 chamados", "1.250 de 1.312 chamados processados.", "1.005 não processados"),
    ],
)
def test_thousands_are_told_as_they_are_read(client_of, cast, language, name, progress, left):
    """In the reader's language, in the plural form of the number; figures for machines stay bare."""
    cast.sam.language = language
    cast.sam.save(update_fields=["language"])
    failed = [[f"KTR-{number}", "Gone."] for number in range(1005)]
    job = BulkJob.objects.create(
        user=cast.sam, act="close", state=State.RUNNING, done=1250, total=1312, changed=245, failed=failed,
        seen_at=timezone.now(), created_at=timezone.now(), moved_at=timezone.now(),
    )  # fmt: skip
    page = " ".join(client_of(cast.sam).get(f"/desk/bulk/{job.pk}/line/").text.split())
    assert name in page and progress in page and left in page
    assert 'max="1312" value="1250"' in page
