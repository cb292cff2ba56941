"""What staff hang on a ticket: each door tried by the whole cast, each change taken back; no client ever sees it."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.signals import work_taken
from departments.models import ChecklistTemplate, StaffPlace
from mail.models import OutgoingMail
from tickets import actions
from tickets.actions import tagging
from tickets.conversation import marks
from tickets.events import one_click
from tickets.lists import tagged
from tickets.models import CheckPoint, Mention, Notification, Tag, TagGone, TicketEvent, Verb, Watcher
from tickets.refused import Refused
from tickets.views import tags
from tickets.writing import write

pytestmark = pytest.mark.django_db

DOORS = {
    "tags/": {"add": "php"},
    "watch/": {},
    "checklist/": {},
    "checklist/add/": {"text": "Ask for the log"},
    "checklist/tick/": {},
    "snooze/": {"until": "tomorrow"},
    "snooze/again/": {},
    "wake/": {},
    "spam/": {},
}
SECRETS = ("canarytag", "canarypoint", "canarynote")


@pytest.fixture(autouse=True)
def fresh_tags():
    tagged.forget()
    yield
    tagged.forget()


def say_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def post(browser, ticket, door, data=None, **more):
    return browser.post(f"/t/{ticket.number}/{door}", data or {}, **more)


def undo_last(ticket, actor):
    actions.undo(TicketEvent.objects.filter(ticket=ticket).latest("sequence").click, actor=actor)


def names_on(ticket):
    return sorted(ticket.tags.values_list("name", flat=True))


def mailed(kind):
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("to_address", flat=True))


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", sorted(DOORS))
def test_only_staff_of_the_department_come_in(client_of, ticket, cast, door):
    """T01, S119: to clients, guests and other departments the door does not exist, and nothing changes."""
    before = verbs(ticket)
    for name in ("anna", "olga", "carl", "greta", "ben"):
        assert post(client_of(getattr(cast, name)), ticket, door, DOORS[door]).status_code == 404, name
    assert post(client_of(None), ticket, door, DOORS[door]).status_code == 302
    assert verbs(ticket) == before and not Tag.objects.exists() and not Watcher.objects.exists()
    assert post(client_of(cast.sam), ticket, door, DOORS[door]).status_code == 302


@pytest.mark.parametrize("door", ["tags/", "checklist/", "snooze/"])
def test_looking_at_a_task_changes_nothing(client_of, ticket, cast, door):
    """T06, T18."""
    before = verbs(ticket)
    page = client_of(cast.sam).get(f"/t/{ticket.number}/{door}")
    assert page.status_code == 200 and "data-dialog-form" in page.content.decode() and verbs(ticket) == before


def test_nothing_of_it_is_ever_shown_to_the_client_or_mailed_to_their_side(client_of, ticket, cast, say, by_pass):
    """T01, canary: tags, points, snooze notes and watchers."""
    OutgoingMail.objects.all().delete()
    actions.tag(ticket, on=actions.tags_named("canarytag"), actor=cast.sam)
    actions.add_points(ticket, texts=["canarypoint"], actor=cast.sam)
    actions.watch(ticket, user=cast.lena)
    actions.snooze(ticket, until=None, note="canarynote", actor=cast.sam)
    say(ticket, cast.anna, "It is back.")
    say(ticket, cast.sam, "On it.")
    actions.close(ticket, actor=cast.sam)
    for person in (cast.anna, cast.olga):
        browser = client_of(person)
        for url in (f"/t/{ticket.number}/", "/tickets/", "/"):
            page = browser.get(url).content.decode()
            assert not [word for word in (*SECRETS, "Snoozed", "snoozing", "Watched") if word in page], url
    theirs = OutgoingMail.objects.filter(to_address__in=[cast.anna.email, cast.olga.email])
    assert theirs.exists()
    for mail in theirs:
        assert not [word for word in SECRETS if word in f"{mail.subject} {mail.text} {mail.html} {mail.headers}"]
    seen = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert "canarytag" in seen and "canarypoint" in seen


# --- Tags -------------------------------------------------------------------------------------------------------------


def test_several_tags_are_put_on_and_taken_off_as_one_change(client_of, ticket, cast):
    """Issue 4, tags: one event, one Undo; what a colleague put on meanwhile stays."""
    browser = client_of(cast.sam)
    post(browser, ticket, "tags/", {"add": "php, 502 , #Nachfrage"})
    assert names_on(ticket) == ["502", "Nachfrage", "php"] and verbs(ticket).count(Verb.TAGGED) == 1
    actions.tag(ticket, on=actions.tags_named("urgent case"), actor=cast.lena)
    php, other = Tag.objects.get(key="php"), Tag.objects.get(key="502")
    post(browser, ticket, "tags/", {"was": [php.pk, other.pk], "tag": [other.pk], "add": "ssl"})
    assert names_on(ticket) == ["502", "Nachfrage", "ssl", "urgent case"]
    undo_last(ticket, cast.sam)
    assert names_on(ticket) == ["502", "Nachfrage", "php", "urgent case"]


def test_a_ticket_full_of_tags_takes_one_for_another(ticket, cast):
    full = actions.tags_named(", ".join(f"tag {n}" for n in range(tagging.MOST_TAGS)))
    (other,) = actions.tags_named("other")
    actions.tag(ticket, on=full, actor=cast.sam)
    with pytest.raises(Refused):
        actions.tag(ticket, on=[other], actor=cast.sam)
    actions.tag(ticket, on=[other], off=full[:1], actor=cast.sam)
    assert "other" in names_on(ticket) and len(names_on(ticket)) == tagging.MOST_TAGS


@pytest.mark.parametrize("spelling", ["PHP", "php", " #php ", "Php\u200b"])
def test_a_tag_has_one_spelling(ticket, cast, spelling):
    tag = actions.tags_named("php")[0]
    assert actions.tags_named(spelling) == [tag]


def test_a_cyrillic_tag_has_one_spelling_too(ticket, cast):
    """On both databases: SQLite folds no case beyond ASCII."""
    assert actions.tags_named("Ошибка") == actions.tags_named("ОШИБКА")


def test_what_is_no_tag(client_of, ticket, cast):
    """T19: too long, nothing at all, too many, none of ours, and markup is only text."""
    browser = client_of(cast.sam)
    assert post(browser, ticket, "tags/", {"add": "x" * 41}).status_code == 422
    post(browser, ticket, "tags/", {"add": " , ,#", "tag": ["0", "-1", "x", "9" * 30]})
    assert names_on(ticket) == [] and Verb.TAGGED not in verbs(ticket)
    assert post(browser, ticket, "tags/", {"add": ",".join(map(str, range(21)))}).status_code == 422
    assert names_on(ticket) == []
    post(browser, ticket, "tags/", {"add": "<b>bold"})
    assert "&lt;b&gt;bold" in browser.get(f"/t/{ticket.number}/").content.decode()
    assert "&lt;b&gt;bold" in browser.get("/desk/").content.decode()


def test_lists_are_narrowed_by_tags_and_by_words_that_name_them(client_of, open_ticket, cast):
    """Issue 4: multi-value, in the address; tag:name in the search."""
    php, ssl, none = (open_ticket(subject=subject) for subject in ("One", "Two", "Three"))
    actions.tag(php, on=actions.tags_named("php"), actor=cast.sam)
    actions.tag(ssl, on=actions.tags_named("needs a call"), actor=cast.sam)
    tagged.forget()

    def found(query):
        page = client_of(cast.sam).get(f"/desk/?{query}").content.decode()
        return [ticket for ticket in (php, ssl, none) if f'id="t{ticket.number}"' in page]

    assert found("tag=php") == [php] and found("tag=PHP&tag=needs+a+call") == [php, ssl]
    assert found("q=tag:php") == [php] and found('q=tag:"needs a call"+two') == [ssl]
    assert found("q=tag:php+two") == [] and found("tag=nobody") == [php, ssl, none]


def test_a_words_search_that_is_a_tag_offers_it(client_of, ticket, cast):
    actions.tag(ticket, on=actions.tags_named("backup"), actor=cast.sam)
    tagged.forget()
    assert 'href="/desk/?view=all&amp;tag=backup"' in client_of(cast.sam).get("/desk/?q=Backup").content.decode()


def test_leads_rename_colour_merge_and_delete_tags(client_of, open_ticket, cast):
    """Issue 4: for those who lead; the history keeps the words of the day."""
    first, second = open_ticket(), open_ticket()
    actions.tag(first, on=actions.tags_named("php, PHP8"), actor=cast.sam)
    actions.tag(second, on=actions.tags_named("php8"), actor=cast.sam)
    php, eight = Tag.objects.get(key="php"), Tag.objects.get(key="php8")
    assert client_of(cast.sam).post(f"/desk/tags/{php.pk}/", {"name": "x"}).status_code == 404
    browser = client_of(cast.lena)
    assert browser.get("/desk/tags/").status_code == 200
    browser.post(f"/desk/tags/{php.pk}/", {"name": "PHP", "tone": "violet"})
    php.refresh_from_db()
    assert (php.name, php.tone) == ("PHP", "violet")
    assert browser.post(f"/desk/tags/{php.pk}/", {"name": "php8"}).status_code == 422
    assert browser.post(f"/desk/tags/{php.pk}/", {"name": "php", "tone": "plaid"}).status_code == 422
    assert browser.post(f"/desk/tags/{php.pk}/merge/", {"into": "php"}).status_code == 422
    browser.post(f"/desk/tags/{eight.pk}/merge/", {"into": "PHP"})
    assert names_on(first) == names_on(second) == ["PHP"] and not Tag.objects.filter(pk=eight.pk).exists()
    browser.post(f"/desk/tags/{php.pk}/delete/")
    assert names_on(first) == [] and "PHP8" in browser.get(f"/t/{first.number}/log/").content.decode()


def test_a_tag_that_was_deleted_or_merged_comes_back(client_of, open_ticket, cast):
    """DESIGN 2.6: for a day, on its tickets, by its id; the other one goes where it came by merging alone."""
    both, one, other = open_ticket(), open_ticket(), open_ticket()
    php, web = actions.tags_named("php, web")
    for ticket, on in ((both, [php, web]), (one, [php]), (other, [web])):
        actions.tag(ticket, on=on, actor=cast.sam)
    browser = client_of(cast.lena)
    page = browser.post(f"/desk/tags/{php.pk}/merge/", {"into": "web"}, follow=True).content.decode()
    gone = TagGone.objects.get()
    assert f"/desk/tags/gone/{gone.pk}/back/" in page and "Deleted and merged in the last day" in page
    assert client_of(cast.sam).post(f"/desk/tags/gone/{gone.pk}/back/").status_code == 404
    browser.post(f"/desk/tags/gone/{gone.pk}/back/")
    assert [names_on(ticket) for ticket in (both, one, other)] == [["php", "web"], ["php"], ["web"]]
    assert Tag.objects.get(key="php").pk == php.pk and not TagGone.objects.exists()
    browser.post(f"/desk/tags/{web.pk}/delete/")
    actions.trash(other, actor=cast.lena)
    actions.empty(other, actor=cast.lena)
    browser.post(f"/desk/tags/gone/{TagGone.objects.get().pk}/back/")
    assert [names_on(ticket) for ticket in (both, one, other)] == [["php", "web"], ["php"], []]


def test_a_tag_comes_back_neither_too_late_nor_twice_nor_over_another(client_of, open_ticket, cast, monkeypatch):
    """Bad input."""
    actions.tag(open_ticket(), on=actions.tags_named("php"), actor=cast.sam)
    gone = actions.delete_tag(Tag.objects.get(), actor=cast.lena)
    (new,) = actions.tags_named("PHP")
    answer = client_of(cast.lena).post(f"/desk/tags/gone/{gone.pk}/back/")
    assert "There is a tag" in say_of(answer)[0] and TagGone.objects.exists()
    actions.change_tag(new, name="other", tone="")
    assert tagging.forget_gone() == 0 and actions.bring_back_tag(gone).name == "php"
    with pytest.raises(Refused):
        actions.bring_back_tag(gone)
    late = actions.delete_tag(Tag.objects.get(key="php"), actor=cast.lena)
    TagGone.objects.update(at=timezone.now() - timedelta(days=2))
    with pytest.raises(Refused):
        actions.bring_back_tag(late)
    assert tagging.forget_gone() == 1
    monkeypatch.setattr(tagging, "MOST_KEPT", 0)
    monkeypatch.setattr(tags, "MOST_KEPT", 0)
    (many,) = actions.tags_named("many")
    actions.tag(open_ticket(), on=[many], actor=cast.sam)
    assert client_of(cast.lena).post(f"/desk/tags/{many.pk}/delete/").status_code == 422
    client_of(cast.lena).post(f"/desk/tags/{many.pk}/delete/", {"sure": "1"})
    assert not TagGone.objects.exists() and not Tag.objects.filter(pk=many.pk).exists()


def test_undo_leaves_a_tag_that_was_deleted_since(ticket, cast):
    (tag,) = actions.tags_named("php")
    actions.tag(ticket, on=[tag], actor=cast.sam)
    actions.delete_tag(tag, actor=cast.lena)
    with pytest.raises(Refused):
        undo_last(ticket, cast.sam)


# --- Watching and mentions --------------------------------------------------------------------------------------------


def test_a_watcher_is_told_of_replies_notes_and_status_changes(ticket, cast, say, set_policy, client_of):
    """Issue 4, watch: one letter a click, never of one's own acts."""
    set_policy(cast.support, group_minutes=0)
    StaffPlace.objects.filter(user=cast.lena).update(notify=False)
    post(client_of(cast.lena), ticket, "watch/")
    OutgoingMail.objects.all().delete()
    say(ticket, cast.sam, "On it.")
    say(ticket, cast.anna, "Thank you.")
    assert mailed("client_reply").count(cast.lena.email) == 2
    actions.add_note(ticket, author=cast.sam, written=write("For us."))
    assert mailed("note") == [cast.lena.email]
    actions.close(ticket, actor=cast.sam)
    assert mailed("changed") == [cast.lena.email]
    post(client_of(cast.lena), ticket, "watch/", {"off": "1"})
    actions.reopen(ticket, actor=cast.sam, by_staff=True)
    assert mailed("changed") == [cast.lena.email]


def test_a_watcher_does_without_such_letters_by_choice(ticket, cast, say):
    """S126."""
    place = StaffPlace.objects.get(user=cast.lena, department=cast.support)
    place.want([letter for letter in place.Letters if letter != place.Letters.WATCHED])
    place.tell(shown=[], gathered=[])
    actions.watch(ticket, user=cast.lena)
    say(ticket, cast.sam, "On it.")
    assert not Notification.objects.filter(user=cast.lena, reason="watcher").exists()


def test_who_leaves_the_department_watches_no_more(ticket, open_ticket, cast, say, client_of):
    """S119: nobody is told beyond their sight."""
    actions.watch(ticket, user=cast.lena)
    assert ticket.number in client_of(cast.lena).get("/desk/?view=watched").content.decode()
    actions.watch(open_ticket(department=cast.billing), user=cast.lena)
    StaffPlace.objects.filter(user=cast.lena, department=cast.support).delete()
    say(ticket, cast.sam, "On it.")
    assert not Notification.objects.filter(user=cast.lena, reason="watcher").exists()
    assert ticket.number not in client_of(cast.lena).get("/desk/?view=watched").content.decode()
    with pytest.raises(Refused):
        actions.watch(ticket, user=cast.ben)
    work_taken.send(StaffPlace, user=cast.lena)
    assert [row.ticket.department for row in Watcher.objects.filter(user=cast.lena)] == [cast.billing]


def test_a_mention_makes_a_watcher_and_stands_among_the_mentions_until_read(open_ticket, cast, client_of):
    """S161: unread first."""
    old, new = open_ticket(subject="Old"), open_ticket(subject="New")
    browser = client_of(cast.lena)
    assert "view=mentions" not in browser.get("/desk/").content.decode()
    for ticket in (old, new):
        post(client_of(cast.sam), ticket, "note/", {"message": "@Lena have a look"})
    assert Watcher.objects.filter(user=cast.lena).count() == 2
    post(browser, new, "seen/", {"number": "1"})
    assert not Mention.objects.get(user=cast.lena, ticket=new).is_unread
    page = browser.get("/desk/?view=mentions").content.decode()
    assert page.index(f'id="t{old.number}"') < page.index(f'id="t{new.number}"')
    assert 'id="rail-view-mentions" data-live>1<' in page
    assert not Mention.objects.filter(user=cast.sam).exists()


def test_a_note_by_mail_calls_colleagues_too(ticket, cast, arrive, checking, letter_to):
    """S161: an agent answers the letter of a note."""
    actions.watch(ticket, user=cast.sam)
    actions.add_note(ticket, author=cast.lena, written=write("Who knows web-04?"))
    letter = letter_to(cast.sam, ticket)
    came = arrive(cast.sam, to=letter.reply_to or cast.support.email, text="@Lena does.", verdict="pass",
                  headers={"In-Reply-To": letter.message_id})  # fmt: skip
    assert came.message.is_note and Mention.objects.filter(user=cast.lena, ticket=ticket).exists()


def test_the_list_to_call_from_names_colleagues_alone(ticket, cast, client_of):
    """S119, S161."""
    page = client_of(cast.sam).get(f"/t/{ticket.number}/colleagues/").content.decode()
    assert cast.lena.full_name in page and cast.ben.full_name not in page and cast.sam.full_name not in page
    for person in (cast.anna, cast.ben):
        assert client_of(person).get(f"/t/{ticket.number}/colleagues/").status_code == 404


# --- Checklist --------------------------------------------------------------------------------------------------------


def points(ticket):
    return [(row.text, bool(row.done_at)) for row in CheckPoint.objects.filter(ticket=ticket)]


def test_points_are_added_ticked_changed_and_put_in_order(client_of, ticket, cast):
    """Issue 4, checklists: each change in the log, each taken back."""
    browser = client_of(cast.sam)
    for text in ("Ask", "Try", "Tell"):
        post(browser, ticket, "checklist/add/", {"text": text})
    ask, trial, tell = CheckPoint.objects.filter(ticket=ticket)
    ids = [ask.pk, trial.pk, tell.pk]
    post(browser, ticket, "checklist/tick/", {"point": ids, "done": [ask.pk, tell.pk]})
    assert points(ticket) == [("Ask", True), ("Try", False), ("Tell", True)]
    undo_last(ticket, cast.sam)
    assert points(ticket) == [("Ask", False), ("Try", False), ("Tell", False)]
    sent = {f"text_{pk}": text for pk, text in zip(ids, ("Ask again", "Try", "Tell"), strict=True)}
    sent |= {f"place_{ask.pk}": "3", f"place_{trial.pk}": "2", f"place_{tell.pk}": "1", f"remove_{trial.pk}": "1"}
    post(browser, ticket, "checklist/", {"point": ids, **sent})
    assert points(ticket) == [("Tell", False), ("Ask again", False)]
    undo_last(ticket, cast.sam)
    assert points(ticket) == [("Ask", False), ("Try", False), ("Tell", False)]


def test_a_point_is_ticked_once_and_what_was_ticked_since_stays(ticket, cast):
    """T09: of two who tick it the first did it; adding it is not taken back once it is done."""
    with one_click() as click:
        (point,) = actions.add_points(ticket, texts=["Ask"], actor=cast.sam)
    for person in (cast.lena, cast.sam):
        actions.tick(point, actor=person)
    assert CheckPoint.objects.get().done_by == cast.lena and verbs(ticket).count(Verb.CHECKED) == 2
    with pytest.raises(Refused):
        actions.undo(click.id, actor=cast.sam)
    assert points(ticket) == [("Ask", True)]


def test_the_panel_shows_no_checklist_until_one_is_wanted(client_of, ticket, cast):
    """The menu leads to a page that takes the first point, or a list of the department, also without script."""
    ChecklistTemplate.objects.create(name="Move", points="Back up\nCopy")
    browser = client_of(cast.sam)
    page = browser.get(ticket.get_absolute_url()).content.decode()
    assert 'aria-labelledby="checklist-h" hidden' in page and "Add a checklist" in page
    asked = browser.get(f"{ticket.get_absolute_url()}checklist/").content.decode()
    assert 'name="text"' in asked and ">Move<" in asked.replace("</svg>", ">")
    post(browser, ticket, "checklist/add/", {"text": "Ask"})
    page = browser.get(ticket.get_absolute_url()).content.decode()
    assert 'aria-labelledby="checklist-h" hidden' not in page and "Add a checklist" not in page


def test_a_list_of_the_department_is_put_on(client_of, ticket, cast):
    """In the words of the person's language; another department's list is none."""
    ours = ChecklistTemplate.objects.create(name="Move", points="Back up\n\n Copy \nTest")
    theirs = ChecklistTemplate.objects.create(name="Refund", points="Ask the bank")
    theirs.departments.add(cast.billing)
    browser = client_of(cast.sam)
    post(browser, ticket, "checklist/add/", {"list": ours.pk})
    post(browser, ticket, "checklist/add/", {"list": theirs.pk})
    assert [text for text, _done in points(ticket)] == ["Back up", "Copy", "Test"]


def lists(ticket):
    rows = CheckPoint.objects.filter(ticket=ticket)
    return [(one.heading, [point.text for point in one.points]) for one in marks.lists_of(rows)]


def test_a_ticket_has_several_lists(client_of, ticket, cast):
    """FIELD 1.2: each under its name, with how far it is; points are added to the one they belong to."""
    move = ChecklistTemplate.objects.create(name="Move", points="Back up\nCopy")
    leave = ChecklistTemplate.objects.create(name="Leave", points="Export")
    browser = client_of(cast.sam)
    for row in (move, leave):
        post(browser, ticket, "checklist/add/", {"list": row.pk})
    post(browser, ticket, "checklist/add/", {"text": "Test", "list_name": "Move"})
    assert lists(ticket) == [("Move", ["Back up", "Copy", "Test"]), ("Leave", ["Export"])]
    point = CheckPoint.objects.get(text="Test")
    post(browser, ticket, "checklist/tick/", {"point": [point.pk], "done": [point.pk]})
    page = browser.get(ticket.get_absolute_url()).content.decode()
    legends = re.findall(r"<legend class=\"sm\"><b dir=\"auto\">(\w+)</b> <span[^>]*>([^<]+)<", page)
    assert legends == [("Move", "1 of 3"), ("Leave", "0 of 1")]
    actions.remove_point(point, actor=cast.sam)
    undo_last(ticket, cast.sam)
    assert lists(ticket)[0] == ("Move", ["Back up", "Copy", "Test"])


def test_points_of_merged_tickets_follow_each_other_and_come_back_where_they_were(open_ticket, cast):
    """S165: one list after the other; a point taken off by mistake is at its place again, and ticked as before."""
    tickets = [open_ticket(), open_ticket()]
    for each, words in zip(tickets, ("ab", "cd"), strict=True):
        actions.add_points(each, texts=list(words), actor=cast.sam)
    actions.merge(tickets, actor=cast.sam)
    assert points(tickets[0]) == [("a", False), ("b", False), ("c", False), ("d", False)]
    point = CheckPoint.objects.get(text="b")
    with one_click() as click:
        actions.tick(point, actor=cast.sam)
    actions.remove_point(point, actor=cast.sam)
    undo_last(tickets[0], cast.sam)
    assert points(tickets[0]) == [("a", False), ("b", True), ("c", False), ("d", False)]
    actions.undo(click.id, actor=cast.sam)
    actions.detach(tickets[1], actor=cast.sam)
    assert [points(each) for each in tickets] == [[("a", False), ("b", False)], [("c", False), ("d", False)]]


def test_lists_are_renamed_and_begun_on_their_page(client_of, ticket, cast):
    """As one change, taken back as one; two of one name are one list."""
    browser = client_of(cast.sam)
    for heading, text in (("", "Ask"), ("Move", "Copy")):
        actions.add_points(ticket, texts=[text], heading=heading, actor=cast.sam)
    sent = {"was": ["", "Move"], "heading": ["Move", "Before"], "new_list": "After", "new_text": "Tell"}
    post(browser, ticket, "checklist/", sent)
    assert lists(ticket) == [("Move", ["Ask"]), ("Before", ["Copy"]), ("After", ["Tell"])]
    undo_last(ticket, cast.sam)
    assert lists(ticket) == [("", ["Ask"]), ("Move", ["Copy"])]
    answer = post(browser, ticket, "checklist/", {"new_list": "Nothing in it"})
    assert answer.status_code == 422 and len(lists(ticket)) == 2
    post(browser, ticket, "checklist/", {"was": [""], "heading": ["Move"]})
    assert lists(ticket) == [("Move", ["Ask", "Copy"])]
    post(browser, ticket, "checklist/", {"was": ["Move", "of another"], "heading": ["x" * 300, "y"]})
    assert lists(ticket) == [("x" * 80, ["Ask", "Copy"])]


def test_another_tickets_points_are_not_ticked_here(client_of, open_ticket, cast):
    """T01."""
    mine, other = open_ticket(), open_ticket(department=cast.billing)
    (point,) = actions.add_points(other, texts=["Theirs"], actor=cast.ben)
    post(client_of(cast.sam), mine, "checklist/tick/", {"point": [point.pk], "done": [point.pk]})
    sent = {"point": [point.pk], f"text_{point.pk}": "Mine", f"remove_{point.pk}": "1"}
    post(client_of(cast.sam), mine, "checklist/", sent)
    assert points(other) == [("Theirs", False)]


def test_no_more_than_a_hundred_points(client_of, ticket, cast):
    """T19."""
    actions.add_points(ticket, texts=["x"] * 100, actor=cast.sam)
    answer = post(client_of(cast.sam), ticket, "checklist/add/", {"text": "one more"})
    assert "100" in say_of(answer)[0] and CheckPoint.objects.count() == 100


def test_closing_with_open_points_asks_once(client_of, ticket, cast):
    """Issue 4: a warning on the page, no refusal; without script too."""
    actions.add_points(ticket, texts=["Ask", "Try"], actor=cast.sam)
    browser = client_of(cast.sam)
    answer = post(browser, ticket, "status/", {"status": "closed"})
    page = browser.get(answer.url).content.decode()
    assert "2 points of the checklist are still open" in page and "Close anyway" in page
    ticket.refresh_from_db()
    assert not ticket.is_closed
    post(browser, ticket, "status/", {"status": "closed", "anyway": "1"})
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_replying_and_closing_with_open_points_asks_once_and_keeps_the_reply(client_of, ticket, cast):
    actions.add_points(ticket, texts=["Ask"], actor=cast.sam)
    browser = client_of(cast.sam)
    answer = post(browser, ticket, "reply/", {"message": "Done.", "status": "closed"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "1 point of the checklist is still open: Ask" in page and "Done." in page
    key = page.partition('name="meant" value="')[2].partition('"')[0]
    assert post(browser, ticket, "reply/", {"message": "Done.", "status": "closed", "meant": key}).status_code == 302
    assert post(browser, ticket, "reply/", {"message": "More.", "status": "answered"}).status_code == 302


# --- Snooze and spam on the page --------------------------------------------------------------------------------------


def test_the_page_says_until_when_and_offers_to_wake(client_of, ticket, cast):
    browser = client_of(cast.sam)
    post(browser, ticket, "snooze/", {"until": "tomorrow", "note": "Ask the data centre"})
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Snoozed until" in page and "Ask the data centre" in page
    assert ticket.number in browser.get("/desk/?view=snoozed").content.decode()
    for view in ("waiting", "mine", "unassigned"):
        assert f'id="t{ticket.number}"' not in browser.get(f"/desk/?view={view}").content.decode()
    post(browser, ticket, "wake/")
    assert f'id="t{ticket.number}"' in browser.get("/desk/").content.decode()


def test_after_a_thank_you_it_goes_back_to_sleep_until_the_same_moment(client_of, ticket, cast, say):
    """FIELD 1.2 (freescout#5378)."""
    browser = client_of(cast.sam)
    post(browser, ticket, "snooze/", {"at": "2027-11-20T09:00", "until": "at", "note": "Renew"})
    ticket.refresh_from_db()
    until = ticket.snoozed_until
    say(ticket, cast.anna, "Thank you.")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Back from snoozing" in page and "Renew" in page and "Snooze again until" in page
    post(browser, ticket, "snooze/again/")
    ticket.refresh_from_db()
    assert ticket.snoozed_until == until and not ticket.awaiting


@pytest.mark.parametrize("sent", [{}, {"until": "never"}, {"at": "yesterday"}, {"at": "2001-01-01T09:00"}])
def test_a_moment_nobody_can_wait_for_is_asked_again(client_of, ticket, cast, sent):
    """T19."""
    assert post(client_of(cast.sam), ticket, "snooze/", sent).status_code == 422
    ticket.refresh_from_db()
    assert ticket.snoozed_at is None


def test_nine_in_the_morning_is_the_agents_own(client_of, ticket, cast):
    """S180: tomorrow at nine in the zone of whoever snoozes."""
    cast.sam.time_zone = "Asia/Tokyo"
    cast.sam.save(update_fields=["time_zone"])
    post(client_of(cast.sam), ticket, "snooze/", {"until": "tomorrow"})
    ticket.refresh_from_db()
    assert (ticket.snoozed_until.hour, ticket.snoozed_until.minute) == (0, 0)  # 9:00 in Tokyo is midnight in UTC


def test_spam_is_one_click_with_undo_and_offers_to_block(client_of, cast, arrive):
    """S135."""
    ticket = arrive(cast.greta, to=cast.sales.email).ticket
    browser = client_of(cast.operator)
    post(browser, ticket, "spam/")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    click = TicketEvent.objects.filter(ticket=ticket).latest("sequence").click
    assert f"/undo/{click}/" in page and "Block the sender too" in page and "Not spam" in page
    post(browser, ticket, "spam/", {"off": "1"})
    ticket.refresh_from_db()
    assert ticket.hidden == ""


# --- By rule, and in the admin ----------------------------------------------------------------------------------------


def test_a_rule_puts_tags_on(open_ticket, cast):
    """S176: names with commas, as a person types them."""
    from datetime import timedelta

    from django.utils import timezone

    from departments.models import Rule, RuleAction
    from departments.policy import forget
    from tickets.automation import rules

    rule = Rule.objects.create(name="Waits long", is_active=True, after_minutes=60, since="created")
    RuleAction.objects.create(rule=rule, do="tag", value="late, call back")
    forget()
    ticket = open_ticket()
    assert rules.run_due(timezone.now() + timedelta(hours=2)) == 1
    assert names_on(ticket) == ["call back", "late"]


def test_an_operator_changes_tags_and_checklists_in_the_admin(client_of, ticket, cast):
    actions.tag(ticket, on=actions.tags_named("php"), actor=cast.sam)
    tag, browser = Tag.objects.get(), client_of(cast.operator)
    browser.post(f"/admin/tickets/tag/{tag.pk}/change/", {"name": "Php", "tone": "teal"})
    tag.refresh_from_db()
    assert (tag.name, tag.key, tag.tone) == ("Php", "php", "teal")
    page = browser.post("/admin/tickets/tag/add/", {"name": "PHP", "tone": ""}).content.decode()
    assert "There is such a tag already." in page
    said = {"name": "Move", "points": "Back up\nCopy", "position": "0", "is_active": "on"}
    browser.post("/admin/departments/checklisttemplate/add/", said)
    assert ChecklistTemplate.objects.get().points == "Back up\nCopy"
    browser.post(f"/admin/tickets/tag/{tag.pk}/delete/", {"post": "yes"})
    assert names_on(ticket) == []
