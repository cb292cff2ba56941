"""Predefined replies: which are offered, how they are found, what they say on a ticket, what sending one does besides,
and that clients never learn of any of it (S147, S148, S156)."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from departments.models import PredefinedReply, PredefinedUse, Priority, ReplyCategory, Status, TicketType
from departments.policy import forget
from tickets import actions
from tickets.automation.timers import release_due_replies
from tickets.composing import predefined
from tickets.models import CheckPoint, Draft, PendingReply, Tag, Ticket, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_once(sam):
    sam.undo_seconds = 0
    sam.save(update_fields=["undo_seconds"])


def names(offers):
    return [offer.row.name for offer in offers]


def picker(client, ticket, query=""):
    answer = client.get(f"/t/{ticket.number}/predefined/{query}", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    return answer.content.decode()


# --- Offered and found ------------------------------------------------------------------------------------------------


def test_each_department_is_offered_its_own_and_those_of_all(client_of, open_ticket, cast, lay):
    """S147: Ben in Billing never sees what Support writes, and no hidden one is offered to anybody."""
    lay("For Support", "a", cast.support)
    lay("For Billing", "b", cast.billing)
    lay("For all", "c")
    lay("Retired", "d", is_active=False)
    lay("Without a text")
    support, billing = open_ticket(), open_ticket(department=cast.billing)
    assert set(names(predefined.offered(support))) == {"For all", "For Support"}
    page = picker(client_of(cast.ben), billing, "?q=for")
    assert "For Billing" in page and "For all" in page and "For Support" not in page
    assert "For Support" in picker(client_of(cast.sam), support, "?q=for")
    reply = PredefinedReply.objects.get(name="For Support")
    assert client_of(cast.ben).post(f"/t/{billing.number}/predefined/insert/", {"reply": reply.pk}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cac", ["Turn the cache off"]),
        ("CACHE turn", ["Turn the cache off"]),
        ("memroy", ["PHP memory limit"]),
        ("megabytes", ["PHP memory limit"]),
        ("hosting", ["PHP memory limit", "Turn the cache off"]),
        ("mémory", ["PHP memory limit"]),
        ("память", ["PHP memory limit"]),
        ("memory cache", []),
        ("zzz", []),
        ("{{ % _", []),
    ],
)
def test_they_are_found_by_beginnings_of_words_in_name_category_and_text(ticket, lay, typed, found):
    """S156: any order, any case, without accents, in any language, mistyped; every word must be there."""
    lay("Turn the cache off", "Hello, please do.")
    lay("PHP memory limit", "It has 512 megabytes now.", texts={"ru": "Память увеличена."})
    assert sorted(names(predefined.found(predefined.offered(ticket), typed))) == found


def test_a_name_stands_before_a_text_and_what_is_used_before_what_is_not(ticket, lay):
    lay("Backups", "see the cache")
    lay("Cache off", "x", uses=1)
    lay("Cache on", "x", uses=9)
    assert names(predefined.found(predefined.offered(ticket), "cache")) == ["Cache on", "Cache off", "Backups"]


def test_drawers_lie_in_drawers_and_count_what_is_offered(client_of, ticket, cast, lay, drawer):
    """S156: nested; an empty one, or one of another department alone, is not shown."""
    inner = ReplyCategory.objects.create(name="PHP", inside=drawer)
    money = ReplyCategory.objects.create(name="Money")
    lay("One", "a")
    lay("Two", "b", inside=inner)
    lay("Three", "c", cast.billing, inside=money)
    offers = predefined.offered(ticket)
    assert [(str(one.row), one.count) for one in predefined.drawers(offers)] == [("Web hosting", 2)]
    assert [(str(one.row), one.count) for one in predefined.drawers(offers, drawer.pk)] == [("PHP", 1)]
    browser = client_of(cast.sam)
    inside = picker(browser, ticket, f"?in={inner.pk}")
    assert "Two" in inside and "One" not in inside and "All › Web hosting" in inside
    assert "Three" not in picker(browser, ticket, f"?in={money.pk}")
    for nonsense in ("x", "999999", "-1", "9" * 40):
        assert "Suggested for this ticket" in picker(browser, ticket, f"?in={nonsense}")


def test_suggested_is_what_was_sent_of_late_for_tickets_like_it(ticket, cast, lay):
    """Same status and type count more, old and foreign use does not; never used ones fill an empty list."""
    a, b, c, d = (lay(name, "x") for name in "ABCD")
    assert names(predefined.suggested(ticket)) == ["A", "B", "C"]
    here, today = predefined.about(ticket), timezone.localdate()
    for _time in range(3):
        predefined.add_uses([b.pk], *here)
    predefined.add_uses([a.pk], *here)
    other = Status.objects.exclude(pk=ticket.status_id).first()
    for _time in range(4):
        predefined.add_uses([c.pk], here[0], other.pk, here[2])
    for _time in range(90):
        predefined.add_uses([d.pk], cast.billing.pk, here[1], here[2])
    forget()
    assert names(predefined.suggested(ticket)) == ["B", "A", "C"]
    PredefinedUse.objects.filter(reply=b).update(day=today - predefined.LATELY - timezone.timedelta(days=1))
    assert names(predefined.suggested(ticket))[:2] == ["A", "C"]
    PredefinedUse.objects.update(day=today - predefined.KEPT - timezone.timedelta(days=1))
    assert predefined.forget_old() == 4


def test_a_type_that_fits_counts_more(open_ticket, lay):
    kind, another = TicketType.objects.all()[:2]
    ticket = open_ticket(type=kind)
    a, b, c = lay("A", "x"), lay("B", "x"), lay("C", "x")
    predefined.add_uses([a.pk], ticket.department_id, ticket.status_id, None)
    predefined.add_uses([b.pk], ticket.department_id, ticket.status_id, another.pk)
    predefined.add_uses([c.pk], ticket.department_id, ticket.status_id, kind.pk)
    forget()
    assert names(predefined.suggested(ticket)) == ["C", "A", "B"]


def test_the_picker_costs_the_same_few_statements_however_many_there_are(client_of, ticket, cast, lay, statements):
    browser, counts = client_of(cast.sam), []
    for _round in range(2):
        for at in range(3):
            lay(f"Reply {_round}{at}", "Hello [FIRSTNAME]", cast.support, status=Status.objects.first())
        picker(browser, ticket)
        with statements() as asked:
            picker(browser, ticket)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


# --- What it says -----------------------------------------------------------------------------------------------------


def say_in(ticket, row, agent):
    return predefined.filled(predefined.shelf().offers[row.pk], ticket, agent=agent)


def test_the_text_is_in_the_clients_language_else_in_any_else_the_portals_else_what_there_is(ticket, cast, lay):
    """FIELD 1.2 (freescout#495): the picker says where the client does not read it."""
    four = lay("Four", "any", texts={"en": "English", "fr": "français", "ru": "русский"})
    two = lay("Two", texts={"en": "English", "fr": "français"})
    one = lay("One", texts={"fr": "français"})
    said = {}
    for language in ("en", "ru", "pt-br", ""):
        ticket.client.language = language
        said[language] = [say_in(ticket, row, cast.sam).text for row in (four, two, one)]
    assert said == {
        "en": ["English", "English", "français"],
        "ru": ["русский", "English", "français"],
        "pt-br": ["any", "English", "français"],
        "": ["English", "English", "français"],
    }
    ticket.client.language = "ru"
    assert [say_in(ticket, row, cast.sam).is_in_other for row in (four, two, one)] == [False, True, True]


def test_fields_are_filled_in_for_the_ticket_in_the_language_of_the_text(open_ticket, cast, lay, set_policy):
    """S148: first name, full name, address, and what the ticket says; staff as clients may know them (C22)."""
    ticket = open_ticket(organisation=cast.quillmark)
    text = "[FIRSTNAME]|[NAME]|[EMAIL]|{{client.first_name}}|{{ ticket.number }}|{{ticket.department}}|{{agent.name}}|"
    text += "{{agent.title}}|{{client.organisation}}|{{reader.name}}"
    row = lay("Facts", text, texts={"ru": text})
    said = say_in(ticket, row, cast.sam).text.split("|")
    assert said == [
        "Anna", "Anna Harding", "anna@example.com", "Anna", ticket.number, "Technical support", "Sam",
        "server engineer", "Quillmark Studio", "Anna Harding",
    ]  # fmt: skip
    ticket.client.language = "ru"
    assert say_in(ticket, row, cast.sam).text.split("|")[5:8] == ["Техническая поддержка", "Sam", "системный инженер"]
    set_policy(cast.support, staff_names="department")
    assert say_in(ticket, row, cast.sam).text.split("|")[6] == "Техническая поддержка"


def test_a_day_is_the_clients_own(ticket, cast, lay):
    """S148: what was opened at midnight of ours is of yesterday where they are, or of tomorrow."""
    ticket.created_at = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    row = lay("Since", "{{ticket.opened}}")
    for zone, day in (("America/New_York", "2 November 2026"), ("Asia/Tokyo", "3 November 2026")):
        ticket.client.time_zone = zone
        assert say_in(ticket, row, cast.sam).text == day


def test_a_field_that_says_nothing_stays_and_the_reply_cannot_go(client_of, ticket, cast, lay, at_once):
    """S148, FIELD 1.2: unresolved fields are shown in the picker and block the sending."""
    row = lay("Service", "Your {{ticket.service}} is up.")
    said = say_in(ticket, row, cast.sam)
    assert said.text == "Your {{ticket.service}} is up." and said.empty == ["ticket.service"]
    browser = client_of(cast.sam)
    assert "Not filled in: {{ticket.service}}" in picker(browser, ticket)
    assert browser.post(f"/t/{ticket.number}/reply/", {"message": said.text}).status_code == 409


def test_somebody_without_a_name_has_none_to_fill_in(open_ticket, cast, lay):
    """Not the first half of an address, as letters say: the agent writes how to greet."""
    from accounts.models import User

    ticket = open_ticket(client=User.objects.guest_for("shop77@example.org"))
    assert say_in(ticket, lay("Hi", "Hello [FIRSTNAME]"), cast.sam).text == "Hello [FIRSTNAME]"


def test_what_a_client_is_called_or_wrote_is_text_and_no_field(open_ticket, cast, lay):
    """SECURITY V1: nothing is evaluated, and no line of its own begins."""
    ticket = open_ticket(subject="{{client.email}}\ninternal: x")
    said = say_in(ticket, lay("Subject", "About {{ticket.subject}}."), cast.sam).text
    assert "\n" not in said and "anna@example.com" not in said


def test_fields_typed_by_hand_are_filled_in_when_the_reply_is_sent(client_of, ticket, cast, at_once):
    """S148: in replies, too; the preview shows it."""
    browser = client_of(cast.sam)
    preview = browser.post(f"/t/{ticket.number}/preview/", {"message": "Hi [FIRSTNAME], {{ticket.number}}"})
    assert f"Hi Anna, {ticket.number}" in preview.content.decode()
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Hi [FIRSTNAME], {{ticket.number}}"})
    assert ticket.messages.get(by_staff=True).body == f"Hi Anna, {ticket.number}"


# --- Without script ---------------------------------------------------------------------------------------------------


def test_without_script_a_reply_is_chosen_on_its_page_and_put_below_what_was_typed(client_of, ticket, cast, lay, file):
    """S156: what was typed and attached goes along, and what happens besides is ticked in the box."""
    row = lay("Fixed", "Hello [FIRSTNAME], it is fixed.", tags=["php"])
    browser, here = client_of(cast.sam), f"/t/{ticket.number}/predefined/"
    sent = browser.post(f"{here}keep/", {"box": "reply", "message": "Wait.", "attachments": file("a.log")})
    assert sent.status_code == 302 and sent.url == f"{here}?box=reply"
    page = browser.get(sent.url).content.decode()
    assert "Hello Anna, it is fixed." in page and f'value="{row.pk}"' in page
    back = browser.post(f"{here}insert/", {"box": "reply", "reply": row.pk})
    assert back.url == f"/t/{ticket.number}/#reply"
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Wait.\n\nHello Anna, it is fixed.</textarea>" in page and "a.log" in page
    assert f'name="predefined" value="{row.pk}"' in page
    assert '<input type="checkbox" name="also" value="tag:php" checked>tag php' in page


def test_in_a_note_what_it_does_besides_waits_to_be_ticked(client_of, ticket, cast, lay):
    """A text for clients put into a note closes nothing by itself."""
    row = lay("Checklist", "1. Look at web-09", tags=["php"])
    browser = client_of(cast.sam)
    back = browser.post(f"/t/{ticket.number}/predefined/insert/", {"box": "note", "reply": row.pk})
    assert back.url.endswith("#pane-note")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "1. Look at web-09</textarea>" in page.partition('id="pane-note"')[2]
    note = page.partition('id="pane-note"')[2]
    assert 'name="also" value="tag:php">' in note and 'value="tag:php"' not in page.partition('id="pane-note"')[0]


def test_a_box_that_was_unticked_stays_so_in_the_draft(client_of, ticket, cast, lay):
    row = lay("Fixed", "It is fixed.", tags=["php", "web"], snooze_hours=4)
    browser, place = client_of(cast.sam), f"reply/{ticket.number}"
    browser.post("/drafts/save/", {"place": place, "message": "x", "predefined": row.pk, "also": ["tag:web", "snooze"]})
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert 'value="tag:php">' in page and 'value="tag:web" checked>' in page and 'value="snooze" checked>' in page
    assert Draft.objects.get(place=place).fields["also"] == "tag:web\nsnooze"


# --- What sending it does besides -------------------------------------------------------------------------------------


ALSO = ["status", "priority", "assign", "tag:php", "tag:web", "snooze"]


@pytest.fixture
def macro(lay):
    return lay(
        "Looked at", "We look at it.",
        status=Status.objects.get(code="on-hold"), priority=Priority.objects.get(code="high"), assign="me",
        tags=["php", "web"], snooze_hours=48,
    )  # fmt: skip


def state(ticket):
    row = Ticket.objects.get(pk=ticket.pk)
    tags = sorted(row.tags.values_list("name", flat=True))
    return row.status.code, row.priority.code, row.assignee and row.assignee.name, tags, bool(row.snoozed_until)


def answer(client, ticket, **sent):
    return client.post(f"/t/{ticket.number}/reply/", {"message": "We look at it.", "status": "answered", **sent})


def test_what_it_says_happens_with_the_reply_in_one_click_and_one_letter(
    client_of, ticket, cast, macro, at_once, letter_to
):
    """S147, FIELD 1.2: status, priority, assignee, tags and snooze in the click of the reply."""
    from mail.models import OutgoingMail

    before = OutgoingMail.objects.filter(to_address=cast.anna.email).count()
    assert answer(client_of(cast.sam), ticket, predefined=macro.pk, also=ALSO).status_code == 302
    assert state(ticket) == ("on-hold", "high", "Sam Whitlock", ["php", "web"], True)
    events = ticket.events.order_by("-sequence")
    click = events[0].click
    verbs = {event.verb for event in events if event.click == click}
    assert verbs >= {Verb.REPLIED, Verb.PRIORITY, Verb.TAGGED, Verb.SNOOZED}
    assert OutgoingMail.objects.filter(to_address=cast.anna.email).count() == before + 1


def test_what_was_unticked_does_not_happen(client_of, ticket, cast, macro, at_once):
    assert answer(client_of(cast.sam), ticket, predefined=macro.pk, also=["tag:web"]).status_code == 302
    assert state(ticket) == ("answered", "medium", "Sam Whitlock", ["web"], False)


def test_it_happens_too_when_the_reply_is_held_and_only_then(client_of, ticket, cast, macro):
    """PendingReply.after: nothing before its time."""
    assert answer(client_of(cast.sam), ticket, predefined=macro.pk, also=ALSO).status_code == 302
    assert state(ticket)[:4] == ("open", "medium", None, [])
    pending = PendingReply.objects.get()
    assert pending.after["tags"] == ["php", "web"] and pending.status.code == "on-hold"
    release_due_replies(now=pending.due_at)
    assert state(ticket) == ("on-hold", "high", "Sam Whitlock", ["php", "web"], True)


def test_undo_gives_back_what_would_have_happened_too(client_of, ticket, cast, macro):
    """DESIGN, "Undo send": the box is as it was, what was taken off stays off."""
    browser = client_of(cast.sam)
    answer(browser, ticket, predefined=macro.pk, also=["status", "tag:web", "snooze"])
    browser.post(f"/t/{ticket.number}/call-back/{PendingReply.objects.get().pk}/")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    ticked = [code for code in ALSO if f'name="also" value="{code}" checked' in page]
    assert ticked == ["status", "tag:web", "snooze"] and f'name="predefined" value="{macro.pk}"' in page


def write_note(client, ticket, **sent):
    return client.post(f"/t/{ticket.number}/note/", {"message": "For the second line.", **sent})


def test_with_a_note_happens_what_was_ticked_in_the_same_click(client_of, ticket, cast, macro):
    """S147, S161: a predefined note hands a ticket on with one click; Undo is in the list of one's acts."""
    assert write_note(client_of(cast.sam), ticket, predefined=macro.pk, also=ALSO).status_code == 302
    assert state(ticket) == ("on-hold", "high", "Sam Whitlock", ["php", "web"], True)
    click = ticket.events.get(verb=Verb.NOTED).click
    verbs = set(ticket.events.filter(click=click).values_list("verb", flat=True))
    assert verbs == {Verb.NOTED, Verb.STATUS, Verb.PRIORITY, Verb.ASSIGNED, Verb.TAGGED, Verb.SNOOZED}
    client_of(cast.sam).post(f"/desk/activity/{click}/undo/")
    assert state(ticket) == ("open", "medium", None, [], False)
    assert not ticket.messages.get(is_note=True).deleted_at


def test_with_a_note_nothing_happens_that_was_not_ticked(client_of, ticket, cast, macro):
    assert write_note(client_of(cast.sam), ticket, predefined=macro.pk).status_code == 302
    assert state(ticket) == ("open", "medium", None, [], False)
    assert write_note(client_of(cast.sam), ticket, predefined=macro.pk, also=["tag:web"]).status_code == 302
    assert state(ticket) == ("open", "medium", None, ["web"], False)


def test_a_note_closes_no_ticket_with_open_points_and_nothing_of_it_is_done(client_of, ticket, cast, lay):
    """Checklists: as with a reply; the words are in the box again."""
    row = lay("Done", "All done.", status=Status.objects.get(code="closed"))
    CheckPoint.objects.create(ticket=ticket, text="Refund it")
    page = write_note(client_of(cast.sam), ticket, predefined=row.pk, also=["status"])
    assert page.status_code == 409 and "Refund it" in page.text and "For the second line.</textarea>" in page.text
    assert state(ticket)[0] == "open" and not ticket.messages.filter(is_note=True).exists()
    CheckPoint.objects.update(done_at=timezone.now())
    write_note(client_of(cast.sam), ticket, predefined=row.pk, also=["status"])
    assert state(ticket)[0] == "closed"


def test_what_is_ticked_in_a_note_stays_so_in_its_draft(client_of, ticket, cast, macro):
    browser, place = client_of(cast.sam), f"note/{ticket.number}"
    browser.post("/drafts/save/", {"place": place, "message": "x", "predefined": macro.pk, "also": ["tag:web"]})
    note = browser.get(f"/t/{ticket.number}/").text.partition('id="pane-note"')[2]
    assert 'value="tag:web" checked>' in note and 'value="tag:php">' in note


def test_a_status_chosen_from_the_menu_wins(client_of, ticket, cast, macro, at_once):
    answer(client_of(cast.sam), ticket, predefined=macro.pk, also=["status"], status="in-progress")
    assert state(ticket)[0] == "in-progress"


def test_what_the_ticket_does_not_allow_is_left_out_and_the_reply_goes(client_of, ticket, cast, lay, at_once):
    """A closed ticket is not snoozed; the reply that closes it has gone."""
    row = lay("Closing", "Bye.", status=Status.objects.get(code="closed"), snooze_hours=5, tags=["done"])
    answer(client_of(cast.sam), ticket, predefined=row.pk, also=["status", "snooze", "tag:done"])
    assert state(ticket) == ("closed", "medium", "Sam Whitlock", ["done"], False)
    assert ticket.messages.filter(by_staff=True).count() == 1


def test_a_form_cannot_name_what_is_not_offered_here(client_of, open_ticket, cast, lay, at_once):
    """T19: another department's, a retired one, or none at all does nothing, nor does a code it does not have."""
    foreign = lay("Billing's", "x", cast.billing, tags=["paid"], priority=Priority.objects.get(code="high"))
    retired = lay("Retired", "x", tags=["old"], is_active=False)
    plain = lay("Plain", "x")
    ticket = open_ticket()
    ids = [foreign.pk, retired.pk, plain.pk, 99999, "x", "-1"]
    answer(client_of(cast.sam), ticket, predefined=ids, also=["tag:paid", "tag:old", "priority", "snooze"])
    assert state(ticket)[1:] == ("medium", "Sam Whitlock", [], False)


def test_a_client_cannot_use_one(client_of, ticket, cast, macro):
    """S119: whoever does not work on the ticket sends words alone."""
    answer(client_of(cast.anna), ticket, predefined=macro.pk, also=ALSO)
    assert state(ticket)[1:] == ("medium", None, [], False)
    macro.refresh_from_db()
    assert macro.uses == 0


def test_clients_never_learn_of_it(client_of, ticket, cast, lay, drawer, at_once, letter_to):
    """Canary: name, drawer, tags and deeds stand in no page and no letter of a client's."""
    drawer.name = "CanaryDrawer"
    drawer.save()
    row = lay(
        "CanaryName", "Dear Anna.", tags=["canarytag"], snooze_hours=77, priority=Priority.objects.get(code="high")
    )
    codes = ["tag:canarytag", "snooze", "priority"]
    answer(client_of(cast.sam), ticket, predefined=row.pk, also=codes, message="Dear Anna.")
    pages = [client_of(who).get(f"/t/{ticket.number}/").content.decode() for who in (cast.anna, cast.olga)]
    letter = letter_to(cast.anna, ticket)
    for words in [*pages, letter.text, letter.html, letter.subject]:
        assert "Dear Anna." in words or words == letter.subject
        assert "canary" not in words.lower() and "snooze" not in words.lower()


def test_a_tag_that_is_renamed_merged_or_deleted_is_so_here_too(lay, cast):
    """Else the next reply would make the old one anew."""
    row, other = lay("A", "x", tags=["PHP", "web"]), lay("B", "x", tags=["db"])
    php, web = (actions.tags_named(name)[0] for name in ("php", "web"))
    actions.change_tag(php, name="php-fpm", tone="")
    row.refresh_from_db()
    assert row.tags == ["php-fpm", "web"]
    actions.merge_tag(Tag.objects.get(pk=php.pk), into=web, actor=cast.lena)
    row.refresh_from_db()
    assert row.tags == ["web"]
    gone = actions.delete_tag(web, actor=cast.lena)
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.tags == [] and other.tags == ["db"]
    actions.bring_back_tag(gone)
    row.refresh_from_db()
    assert row.tags == ["web"]


def test_a_reply_that_waits_brings_no_deleted_tag_back_and_no_row_that_is_gone(client_of, ticket, cast, macro):
    """Set for later, it may wait for months: tags by their name of the day, what was deleted meanwhile left out."""
    answer(client_of(cast.sam), ticket, predefined=macro.pk, also=ALSO)
    php, web = (Tag.objects.create(name=name, key=name) for name in ("php", "web"))
    actions.change_tag(php, name="php-fpm", tone="")
    actions.delete_tag(web, actor=cast.lena)
    PendingReply.objects.update(status=None)
    Priority.objects.filter(pk=macro.priority_id).update(is_active=False)
    PredefinedReply.objects.all().delete()
    forget()
    release_due_replies(now=PendingReply.objects.get().due_at)
    assert state(ticket) == ("answered", "medium", "Sam Whitlock", ["php-fpm"], True)
    assert list(Tag.objects.values_list("name", flat=True)) == ["php-fpm"]


def test_a_box_that_names_what_was_deleted_meanwhile_is_sent_as_it_is(client_of, ticket, cast, macro, at_once):
    """Bad input: the page was drawn before; its text goes, and nothing besides."""
    chips = {"predefined": macro.pk, "also": ALSO}
    macro.status.delete()
    macro.delete()
    forget()
    assert answer(client_of(cast.sam), ticket, **chips).status_code == 302
    assert state(ticket) == ("answered", "medium", "Sam Whitlock", [], False)


# --- Counting ---------------------------------------------------------------------------------------------------------


def test_it_is_counted_when_it_is_sent_not_when_it_is_put_in(
    client_of, ticket, cast, lay, at_once, django_capture_on_commit_callbacks
):
    """FIELD 1.2, "usage count"."""
    row = lay("Fixed", "It is fixed.")
    browser, was = client_of(cast.sam), ticket.status_id
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/t/{ticket.number}/predefined/insert/", {"box": "reply", "reply": row.pk})
    row.refresh_from_db()
    assert row.uses == 0 and row.used_at is None
    with django_capture_on_commit_callbacks(execute=True):
        answer(browser, ticket, predefined=[row.pk, row.pk])
    row.refresh_from_db()
    assert row.uses == 1 and row.used_at is not None
    used = PredefinedUse.objects.get()
    assert (used.department_id, used.status_id, used.times) == (ticket.department_id, was, 1)


def test_a_note_and_a_held_reply_count_too(client_of, ticket, cast, lay, django_capture_on_commit_callbacks):
    row = lay("Fixed", "It is fixed.")
    with django_capture_on_commit_callbacks(execute=True):
        client_of(cast.sam).post(f"/t/{ticket.number}/note/", {"message": "It is fixed.", "predefined": row.pk})
        answer(client_of(cast.sam), ticket, predefined=row.pk)
    row.refresh_from_db()
    assert row.uses == 1
    with django_capture_on_commit_callbacks(execute=True):
        release_due_replies(now=PendingReply.objects.get().due_at)
    row.refresh_from_db()
    assert row.uses == 2


def test_a_reply_waits_for_no_counter(client_of, ticket, cast, lay, at_once, statements):
    """No row that others count in is written in the reply's transaction."""
    row = lay("Fixed", "It is fixed.")
    with statements() as asked:
        answer(client_of(cast.sam), ticket, predefined=row.pk)
    assert not [sql for sql in asked.writing() if "departments_predefined" in sql]


# --- Those who lead ---------------------------------------------------------------------------------------------------


def form(**more):
    sent = {"name": "New one", "new_category": "Servers", "is_active": "on", "snooze_hours": 0, "text": "Hello [NAME]"}
    return sent | more


def test_a_lead_writes_one_for_their_departments(client_of, cast):
    """S147: with texts, deeds and a new category; it is offered at once."""
    page = client_of(cast.lena).get("/desk/replies/new/").content.decode()
    assert page.count("leave it as it is") == 3 and "-----" not in page.partition("What happens")[2]
    sent = form(departments=[cast.support.pk], tags="php, web, php", text_ru="Привет", snooze_hours=4)
    assert client_of(cast.lena).post("/desk/replies/new/", sent).status_code == 302
    row = PredefinedReply.objects.get()
    assert (row.name, row.category.name, row.tags, row.snooze_hours) == ("New one", "Servers", ["php", "web"], 4)
    assert dict(row.texts.values_list("language", "text")) == {"": "Hello [NAME]", "ru": "Привет"}
    assert "New one" in client_of(cast.lena).get("/desk/replies/?q=new").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "Hello {{client.shoe_size}}"}, "There is no field {{client.shoe_size}}."),
        ({"text": "  "}, "Write the text in one language at least."),
        ({"new_category": ""}, "Choose a category, or name a new one."),
        ({"departments": []}, "This field is required."),
        ({"tags": "x" * 41}, "At most 10 tags"),
        ({"text": "x" * 20_001}, "at most 20000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(client_of, cast, sent, said):
    """Bad input: a field nobody knows is refused, with the words kept."""
    page = client_of(cast.lena).post("/desk/replies/new/", form(departments=[cast.support.pk]) | sent)
    assert page.status_code == 422 and said in page.content.decode()
    assert not PredefinedReply.objects.exists() and not ReplyCategory.objects.exists()


def test_a_lead_changes_none_of_other_departments_nor_of_all(client_of, cast, lay):
    """S119: Lena leads three departments; what is for a fourth, or for everybody, is the operator's."""
    from departments.models import StaffPlace

    StaffPlace.objects.filter(user=cast.lena, department=cast.billing).delete()
    ours, theirs = lay("Ours", "x", cast.support), lay("Theirs", "x", cast.billing)
    everybodys, shared = lay("Everybody's", "x"), lay("Shared", "x", cast.support, cast.billing)
    lead, operator = client_of(cast.lena), client_of(cast.operator)
    got = {row.name: lead.get(f"/desk/replies/{row.pk}/").status_code for row in (ours, theirs, everybodys, shared)}
    assert got == {"Ours": 200, "Theirs": 404, "Everybody's": 404, "Shared": 404}
    assert operator.get(f"/desk/replies/{everybodys.pk}/").status_code == 200
    page = lead.get("/desk/replies/").content.decode()
    assert "Theirs" not in page and "Shared" in page and f"/desk/replies/{shared.pk}/" not in page
    sent = form(departments=[cast.billing.pk])
    assert lead.post(f"/desk/replies/{ours.pk}/", sent).status_code == 422
    assert client_of(cast.sam).get("/desk/replies/").status_code == 404


def test_what_was_typed_becomes_one_for_those_who_lead(client_of, ticket, cast):
    """“Save what I typed”: the box is kept, the form begins with it; agents have no such button."""
    lead, keep = client_of(cast.lena), f"/t/{ticket.number}/predefined/keep/"
    sent = lead.post(keep, {"save": "reply", "message": "Hello, it is fixed."})
    assert sent.url == f"/desk/replies/new/?from={ticket.number}&box=reply"
    page = lead.get(sent.url).content.decode()
    assert "Hello, it is fixed.</textarea>" in page
    assert "Save what I typed" in picker(lead, ticket) and "Save what I typed" not in picker(
        client_of(cast.sam), ticket
    )
    assert "Hello, it is fixed.</textarea>" in lead.get(f"/t/{ticket.number}/").content.decode()


def test_a_drawer_inside_itself_is_refused(drawer):
    from django.core.exceptions import ValidationError

    inner = ReplyCategory.objects.create(name="PHP", inside=drawer)
    drawer.inside = inner
    with pytest.raises(ValidationError):
        drawer.full_clean()
    drawer.inside = None
    drawer.full_clean()


def test_drawers_that_lie_in_each_other_all_the_same_never_hang(ticket, drawer, lay):
    inner = ReplyCategory.objects.create(name="PHP", inside=drawer)
    ReplyCategory.objects.filter(pk=drawer.pk).update(inside=inner)
    lay("One", "a", inside=inner)
    assert names(predefined.offered(ticket)) == ["One"]
    predefined.drawers(predefined.offered(ticket))


def test_a_held_reply_of_before_goes_as_it_did(ticket, cast):
    """Rows without `after` are sent like any other."""
    pending = actions.hold_reply(ticket, author=cast.sam, written=write("Soon."), due_at=timezone.now())
    assert pending.after == {} and actions.release(pending) is not None
