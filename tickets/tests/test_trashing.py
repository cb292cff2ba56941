"""Deleted messages and the trash: out of the client's sight at once, back whole, gone for good after thirty days
(S46, S133, S135, S155, C5)."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from accounts.viewer import Viewer
from departments.models import Policy
from mail import blocking
from mail.models import BlockedSender, IncomingMail, OutgoingMail
from tickets import access, actions
from tickets.automation import timers
from tickets.events import one_click
from tickets.keeping import files, history
from tickets.lists import search
from tickets.models import (
    Attachment,
    Draft,
    EventContent,
    Message,
    Participant,
    PendingReply,
    Ticket,
    TicketEvent,
    Verb,
)
from tickets.refused import Refused
from tickets.retiming import retime
from tickets.writing import write

pytestmark = pytest.mark.django_db
History = Policy.History


@pytest.fixture
def lock(set_policy, cast):
    """`lock("locked")`: what the departments let staff change."""
    return lambda policy: [set_policy(row, history_policy=policy) for row in (cast.support, cast.billing, cast.sales)]


def again(row):
    return type(row).objects.get(pk=row.pk)


def found(words, viewer=None):
    return search.matching(Ticket.objects.all(), words, notes=True).exists()


def letters(**which):
    return OutgoingMail.objects.filter(**which)


# --- Messages ---------------------------------------------------------------------------------------------------------


def test_a_deleted_message_is_kept_and_found_no_more(ticket, cast, say):
    """S155: the text stays in the database, the search forgets it, the history tells who did it."""
    message = say(ticket, cast.sam, "Zanzibar is the word.")
    assert found("zanzibar")
    actions.delete_message(message, actor=cast.lena)
    row = again(message)
    assert row.deleted_by == cast.lena and row.deleted_at and row.body == "Zanzibar is the word."
    assert not found("zanzibar")
    event = ticket.events.latest("sequence")
    assert (event.verb, event.actor, event.message) == (Verb.DELETED, cast.lena, message)
    assert history.verify() is None


def test_a_restored_message_is_as_it_was(ticket, cast, say):
    message = say(ticket, cast.sam, "Zanzibar is the word.")
    actions.delete_message(message, actor=cast.sam)
    actions.undelete_message(message, actor=cast.lena)
    assert again(message).deleted_at is None and again(message).deleted_by is None and found("zanzibar")
    assert ticket.events.latest("sequence").verb == Verb.UNDELETED and history.verify() is None


def test_deleting_twice_is_deleting_once(ticket, cast, say):
    message = say(ticket, cast.sam)
    actions.delete_message(message, actor=cast.sam)
    at = again(message).deleted_at
    actions.delete_message(message, actor=cast.lena)
    actions.undelete_message(message, actor=cast.lena)
    actions.undelete_message(message, actor=cast.lena)
    assert at and ticket.events.filter(verb__in=[Verb.DELETED, Verb.UNDELETED]).count() == 2


def test_deleting_leaves_status_and_clock_alone(ticket, cast, say):
    message = say(ticket, cast.anna, "One more thing.")
    before = Ticket.objects.filter(pk=ticket.pk).values("status", "waiting_since", "queue_at", "updated_at").get()
    actions.delete_message(message, actor=cast.sam)
    assert Ticket.objects.filter(pk=ticket.pk).values(*before).get() == before


@pytest.mark.parametrize(
    ("policy", "message", "note"),
    [(History.REVISIONS, True, True), (History.NOTES, False, True), (History.LOCKED, False, False)],
)
def test_policy_says_what_may_be_deleted(ticket, cast, say, lock, policy, message, note):
    """C5, S46: locked refuses, notes only means notes alone."""
    rows = say(ticket, cast.sam), actions.add_note(ticket, author=cast.sam, written=write("x"))
    lock(policy)
    for row, allowed in zip(rows, (message, note), strict=True):
        if not allowed:
            with pytest.raises(Refused):
                actions.delete_message(row, actor=cast.lena)
        else:
            actions.delete_message(row, actor=cast.lena)
        assert bool(again(row).deleted_at) == allowed


def test_deleting_is_undone_within_a_minute_by_who_did_it(ticket, cast, say):
    message = say(ticket, cast.sam)
    with one_click() as click:
        actions.delete_message(message, actor=cast.sam)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=cast.lena)
    actions.undo(click.id, actor=cast.sam)
    assert again(message).deleted_at is None and history.verify() is None


def test_the_first_message_takes_its_ticket_along(ticket, cast):
    """S155: deleting the first deletes the ticket."""
    actions.delete_message(ticket.first_message, actor=cast.sam)
    assert again(ticket).hidden == Ticket.Hidden.TRASH and again(ticket.first_message).deleted_at is None


def test_what_waits_to_be_mailed_about_it_is_not_sent(ticket, cast, say):
    """The letter of a reply that was deleted stays here; undone at once, it goes."""
    message = say(ticket, cast.sam, "Zanzibar.")
    waiting = letters(to_address=cast.anna.email, kind="reply").latest("pk")
    assert waiting.state == "queued"
    with one_click() as click:
        actions.delete_message(message, actor=cast.sam)
    assert again(waiting).state == "cancelled"
    actions.undo(click.id, actor=cast.sam)
    assert again(waiting).state == "queued"


def test_what_was_mailed_stays_noted(ticket, cast, say):
    message = say(ticket, cast.sam, "Zanzibar.")
    letters().update(state="sent", sent_at=timezone.now())
    actions.delete_message(message, actor=cast.sam)
    sent = letters(kind="reply").latest("pk")
    assert sent.state == "sent" and "Zanzibar" in sent.text
    assert not actions.send_again(ticket, mail=sent) and letters().count() == letters().count()


def test_one_letter_of_several_messages_is_written_anew_without_the_deleted_one(ticket, cast, say, set_policy):
    """C20: staff are told of the others."""
    set_policy(cast.support, group_minutes=2)
    say(ticket, cast.anna, "Mombasa first.")
    second = say(ticket, cast.anna, "Zanzibar second.")
    timers.write_letters(timezone.now() + timedelta(minutes=10))
    letter = letters(kind="client_reply").latest("pk")
    assert "Mombasa" in letter.text and "Zanzibar" in letter.text
    actions.delete_message(second, actor=cast.sam)
    assert again(letter).state == "cancelled"
    timers.write_letters(timezone.now() + timedelta(minutes=20))
    new = letters(kind="client_reply", state="queued").latest("pk")
    assert "Mombasa" in new.text and "Zanzibar" not in new.text


def test_a_reply_does_not_cross_a_deleted_one(ticket, cast, say):
    """S6: what is gone is not shown to whoever writes."""
    say(ticket, cast.anna, "Wait.")
    crossing = ticket.messages.latest("pk")
    actions.delete_message(crossing, actor=cast.lena)
    assert say(again(ticket), cast.sam, "Here.", seen=(1, 0))


# --- Into the trash, and back -----------------------------------------------------------------------------------------


def test_a_ticket_in_the_trash_is_closed_and_told_to_nobody(ticket, cast, say):
    """S133: no letter, no list, nothing due."""
    say(ticket, cast.sam)
    before = letters(state="queued").count()
    row = actions.trash(again(ticket), actor=cast.sam)
    row = again(row)
    assert row.is_closed and row.hidden == "trash" and row.hidden_at and not row.awaiting
    assert (row.close_at, row.settle_at, row.remind_at, row.rules_at, row.waiting_since) == (None,) * 5
    assert letters(state="queued").count() < before and not Ticket.objects.listed().filter(pk=row.pk).exists()
    event = row.events.latest("sequence")
    assert event.verb == Verb.TRASHED and event.data["to"] == row.status.code
    assert history.verify() is None


@pytest.mark.parametrize("viewer", ["anna", "olga", "greta", "carl", "ben"])
def test_nobody_but_its_staff_sees_the_trash(ticket, cast, viewer):
    """T01: list and door alike, and by a pass too."""
    Participant.objects.create(ticket=ticket, user=cast.carl)
    actions.trash(ticket, actor=cast.sam)
    ticket = again(ticket)
    for seen_by in (Viewer(getattr(cast, viewer)), Viewer(getattr(cast, viewer), only_ticket=ticket.number)):
        assert not access.abilities(seen_by, ticket).see
        assert not Ticket.objects.visible_to(seen_by).exists()


@pytest.mark.parametrize(("viewer", "empty"), [("sam", False), ("lena", True), ("operator", True)])
def test_its_staff_see_it_and_may_restore_it(ticket, cast, viewer, empty):
    actions.trash(ticket, actor=cast.sam)
    viewer = Viewer(getattr(cast, viewer))
    can = access.abilities(viewer, again(ticket))
    assert can.see and can.restore and not can.trash and can.empty == empty
    assert Ticket.objects.visible_to(viewer).filter(pk=ticket.pk).exists()


def test_everything_else_is_refused_there(ticket, open_ticket, cast, say):
    message, other = say(ticket, cast.sam), open_ticket()
    actions.trash(ticket, actor=cast.sam)
    acts = [
        lambda: say(ticket, cast.anna),
        lambda: say(ticket, cast.sam),
        lambda: actions.add_note(ticket, author=cast.sam, written=write("x")),
        lambda: actions.assign(ticket, to=cast.sam, actor=cast.sam),
        lambda: actions.close(ticket, actor=cast.sam),
        lambda: actions.reopen(ticket, actor=cast.sam, by_staff=True),
        lambda: actions.move(ticket, to=cast.billing, actor=cast.lena),
        lambda: actions.edit_message(message, editor=cast.sam, written=write("y")),
        lambda: actions.delete_message(message, actor=cast.sam),
        lambda: actions.undelete_message(message, actor=cast.sam),
        lambda: actions.mark_spam(ticket, actor=cast.sam),
        lambda: actions.merge([ticket, other], actor=cast.lena),
    ]
    for act in acts:
        with pytest.raises(Refused, match="trash"):
            act()
    assert ticket.events.latest("sequence").verb == Verb.TRASHED


def test_a_restored_ticket_is_where_it_was(ticket, cast, say):
    say(ticket, cast.sam)
    say(ticket, cast.anna, "Still broken.")
    fields = ["status", "category", "awaiting", "hidden", "hidden_at", "closed_at", "closed_by", "waiting_since"]
    before = Ticket.objects.filter(pk=ticket.pk).values(*fields).get()
    actions.trash(ticket, actor=cast.sam)
    actions.restore(ticket, actor=cast.sam)
    after = Ticket.objects.filter(pk=ticket.pk).values(*fields).get()
    assert after.pop("waiting_since") and before.pop("waiting_since")
    assert after == before and access.abilities(Viewer(cast.anna), again(ticket)).see
    assert history.verify() is None


def test_one_that_was_closed_comes_back_closed(ticket, cast):
    actions.close(ticket, actor=cast.anna)
    before = again(ticket)
    actions.trash(ticket, actor=cast.sam)
    actions.restore(ticket, actor=cast.lena)
    after = again(ticket)
    assert (after.status, after.closed_at, after.closed_by) == (before.status, before.closed_at, before.closed_by)


def test_spam_comes_back_as_spam(ticket, cast):
    actions.mark_spam(ticket, actor=cast.sam)
    actions.trash(ticket, actor=cast.sam)
    assert again(ticket).hidden == "trash"
    actions.restore(ticket, actor=cast.sam)
    assert again(ticket).hidden == "spam" and again(ticket).is_closed


def test_trashing_and_restoring_twice_are_done_once(ticket, cast):
    for _ in range(2):
        actions.trash(ticket, actor=cast.sam)
    for _ in range(2):
        actions.restore(ticket, actor=cast.sam)
    assert ticket.events.filter(verb__in=[Verb.TRASHED, Verb.RESTORED]).count() == 2


@pytest.mark.parametrize("policy", [History.LOCKED, History.NOTES])
def test_where_nobody_deletes_no_ticket_goes_there(ticket, cast, lock, policy):
    """S46, C5."""
    lock(policy)
    with pytest.raises(Refused):
        actions.trash(ticket, actor=cast.operator)
    assert not access.abilities(Viewer(cast.operator), again(ticket)).trash


def test_undo_takes_it_out_with_the_letters_that_waited(ticket, cast, say):
    say(ticket, cast.sam)
    queued = set(letters(state="queued").values_list("pk", flat=True))
    with one_click() as click:
        actions.trash(ticket, actor=cast.sam)
    assert not letters(state="queued").exists()
    actions.undo(click.id, actor=cast.sam)
    assert set(letters(state="queued").values_list("pk", flat=True)) == queued and not again(ticket).hidden
    assert history.verify() is None


def test_what_was_done_before_it_lay_there_is_not_undone_there(ticket, cast):
    """Whatever is hidden is closed: an old Undo does not open it."""
    with one_click() as click:
        actions.close(ticket, actor=cast.sam)
    actions.trash(ticket, actor=cast.lena)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=cast.sam)
    assert again(ticket).is_closed


def test_a_reply_that_waits_is_in_its_authors_box_again(ticket, cast):
    """Nothing is lost: not sent when it is due, below what was typed since."""
    pending = actions.hold_reply(ticket, author=cast.sam, written=write("Held."), due_at=timezone.now())
    file = Attachment.objects.create(name="a", content_type="text/plain", size=1, sha256="a" * 64, stored_as="x")
    Attachment.objects.filter(pk=file.pk).update(pending=pending)
    place = f"reply/{ticket.number}"
    Draft.objects.create(owner=f"user:{cast.sam.pk}", kind="reply", place=place, fields={"message": "Typed."})
    actions.trash(ticket, actor=cast.lena)
    assert timers.release_due_replies() == 0
    draft = Draft.objects.get(place=place)
    assert draft.fields["message"] == "Typed.\n\nHeld." and again(file).draft == draft
    assert ticket.messages.count() == 1


def test_a_reply_set_for_later_waits_there_and_goes_when_it_is_out_again(ticket, cast):
    """Undo and restoring give back what was promised for Monday, too."""
    monday = timezone.now() + timedelta(days=3)
    actions.hold_reply(ticket, author=cast.sam, written=write("Done."), due_at=monday, is_later=True)
    with one_click() as click:
        actions.delete_message(ticket.messages.get(), actor=cast.lena)
    actions.undo(click.id, actor=cast.lena)
    actions.trash(ticket, actor=cast.lena)
    actions.restore(ticket, actor=cast.lena)
    assert timers.release_due_replies(monday) == 1 and again(ticket).messages.last().body == "Done."


def test_what_waits_there_is_erased_with_it(ticket, cast, file):
    """S155: its text and its files, however far away its day."""
    upload = files.store(file(), owner="x", policy=ticket.policy, by_staff=True)
    later = timezone.now() + timedelta(days=90)
    said = {"author": cast.sam, "written": write("Held."), "attachments": [upload]}
    actions.hold_reply(ticket, due_at=later, is_later=True, **said)
    actions.trash(ticket, actor=cast.lena)
    actions.empty(ticket, actor=cast.lena)
    assert not PendingReply.objects.exists() and not Attachment.objects.exists()


def test_settings_changed_meanwhile_open_nothing_that_lies_there(ticket, cast):
    """Whatever is hidden is closed, even where “closed” means something else from now on."""
    row = actions.trash(ticket, actor=cast.sam)
    row.status.category = "waits_staff"
    row.status.save(update_fields=["category"])
    retime()
    assert again(ticket).is_closed and not again(ticket).awaiting


def test_a_follow_up_quotes_no_deleted_message(ticket, cast, say, client_of):
    """S110: what begins a follow-up is the last message that is there."""
    gone = say(ticket, cast.sam, "Zanzibar.")
    actions.close(ticket, actor=cast.sam)
    actions.delete_message(gone, actor=cast.sam)
    page = client_of(cast.anna).get(f"/tickets/new/support/?follow={ticket.number}").content.decode()
    assert "The cart answers 502." in page and "Zanzibar" not in page


def test_a_snooze_ends_there(ticket, cast):
    actions.snooze(ticket, until=timezone.now() + timedelta(days=1), actor=cast.sam)
    actions.trash(ticket, actor=cast.sam)
    assert again(ticket).snoozed_at is None and again(ticket).snoozed_until is None


def test_a_letter_that_fails_later_wakes_nothing(ticket, cast, say):
    say(ticket, cast.sam)
    mail = letters(kind="reply").latest("pk")
    actions.trash(ticket, actor=cast.sam)
    assert not actions.bring_back(ticket, mail=mail, message=None, actor=cast.operator)


# --- Block and trash --------------------------------------------------------------------------------------------------


def test_the_sender_is_blocked_and_the_ticket_goes_to_the_trash(ticket, cast):
    """S135: the address goes to the ban list; Undo takes back both."""
    with one_click() as click:
        actions.block_and_trash(ticket, actor=cast.sam)
    assert blocking.blocking_of(cast.anna.email) and again(ticket).hidden == "trash"
    actions.undo(click.id, actor=cast.sam)
    assert not blocking.blocking_of(cast.anna.email) and not again(ticket).hidden


def test_a_block_of_before_outlives_the_undo(ticket, cast):
    blocking.block("address", cast.anna.email, by=cast.lena)
    with one_click() as click:
        actions.block_and_trash(ticket, actor=cast.sam)
    actions.undo(click.id, actor=cast.sam)
    assert blocking.blocking_of(cast.anna.email).made_by == cast.lena


def test_colleagues_and_we_ourselves_are_never_blocked(open_ticket, cast):
    for client in (cast.ben, cast.system):
        row = open_ticket(client=client, author=cast.sam)
        if client == cast.system:
            type(client).objects.filter(pk=client.pk).update(email=cast.support.email)
            row = again(row)
        with pytest.raises(Refused):
            actions.block_and_trash(row, actor=cast.sam)
        assert not again(row).hidden
    assert not BlockedSender.objects.exists()


def test_where_nobody_deletes_nobody_is_blocked_either(ticket, cast, lock):
    lock(History.LOCKED)
    with pytest.raises(Refused):
        actions.block_and_trash(ticket, actor=cast.sam)
    assert not BlockedSender.objects.exists()


# --- Mail -------------------------------------------------------------------------------------------------------------


def test_mail_that_answers_it_opens_a_new_ticket_that_follows_it(arrive, cast):
    """mail/RULES, Threading 6: deleted -> new ticket; staff see which one it follows."""
    first = arrive(cast.anna, text="It burns.").ticket
    actions.trash(first, actor=cast.sam)
    new = arrive(cast.anna, subject=f"Re: Help [{first.number}]", text="It still burns.")
    assert new.outcome == "created" and new.ticket.pk != first.pk
    assert new.ticket.follow_up_of == first and again(first).messages.count() == 1


def test_a_strangers_mail_does_not_follow_it(arrive, cast):
    """T16: whoever could not see it learns nothing."""
    first = arrive(cast.anna, text="It burns.").ticket
    actions.trash(first, actor=cast.sam)
    new = arrive(cast.carl, subject=f"Re: [{first.number}]", text="Let me see.")
    assert new.ticket.follow_up_of is None


# --- For good ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(ticket, cast, say, arrive, file):
    """A ticket with everything in it."""
    upload = files.store(file("zanzibar.txt", b"zanzibar in a file"), owner="x", policy=ticket.policy, by_staff=True)
    message = say(ticket, cast.sam, "Zanzibar, said Sam.", attachments=[upload])
    actions.edit_message(message, editor=cast.sam, written=write("Zanzibar, changed."))
    actions.add_note(ticket, author=cast.sam, written=write("A note on zanzibar."))
    actions.set_subject(ticket, subject="Zanzibar in the subject", actor=cast.sam)
    arrive(cast.anna, subject=f"Re: zanzibar {ticket.number}", text="My zanzibar mail.")
    Draft.objects.create(
        owner="user:1", kind="reply", place=f"reply/{ticket.number}", fields={"message": "zanzibar draft"}
    )
    return again(ticket)


def test_after_thirty_days_it_is_deleted_for_good(full, cast, django_capture_on_commit_callbacks):
    """S155: once, in batches, and the history verifies."""
    actions.trash(full, actor=cast.sam)
    day = timezone.now() + timedelta(days=29)
    assert timers.empty_trash(day) == 0
    stored = list(Attachment.objects.values_list("stored_as", flat=True))
    raws = list(IncomingMail.objects.values_list("stored_as", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        assert timers.empty_trash(day + timedelta(days=2)) == 1
    assert timers.empty_trash(day + timedelta(days=3)) == 0
    row = again(full)
    assert row.hidden == "gone" and row.subject == "" and row.client == cast.anna
    assert set(row.messages.values_list("body", "html", "quoted", "salt")) == {("", "", "", "")}
    assert not Attachment.objects.filter(message__ticket=row).exists()
    assert not EventContent.objects.filter(event__ticket=row).exists() and not Draft.objects.exists()
    assert not any(storages["attachments"].exists(name) for name in stored)
    assert not any(storages["letters"].exists(name) for name in raws)
    assert set(IncomingMail.objects.values_list("subject", "stored_as")) == {("", "")}
    about = letters(reference__startswith=row.number)
    assert about.exists() and set(about.values_list("subject", "text", "html")) == {("", "", "")}
    assert not found("zanzibar") and row.events.latest("sequence").verb == Verb.EMPTIED
    assert history.verify() is None


def test_a_text_put_back_into_it_is_found(full, cast):
    """T20: what was erased is accounted for, what was made up is not."""
    actions.trash(full, actor=cast.sam)
    actions.empty(full, actor=cast.lena)
    message = full.messages.first()
    Message.objects.filter(pk=message.pk).update(body="Made up.")
    assert "text of its message was changed" in str(history.verify([full.number]))


def test_a_text_erased_behind_everybodys_back_is_found(ticket):
    Message.objects.filter(ticket=ticket).update(body="", salt="")
    assert "text of its message was changed" in str(history.verify([ticket.number]))


def test_only_the_trash_is_emptied(ticket, cast):
    assert not actions.empty(ticket, actor=cast.lena)
    actions.trash(ticket, actor=cast.sam)
    actions.restore(ticket, actor=cast.sam)
    assert timers.empty_trash(timezone.now() + timedelta(days=99)) == 0 and again(ticket).subject


def test_what_lies_there_when_deleting_is_forbidden_stays(ticket, cast, lock):
    """S46: the policy of today counts."""
    actions.trash(ticket, actor=cast.sam)
    lock(History.LOCKED)
    assert timers.empty_trash(timezone.now() + timedelta(days=99)) == 0
    with pytest.raises(Refused):
        actions.empty(ticket, actor=cast.operator)
    actions.restore(ticket, actor=cast.sam)
    assert not again(ticket).hidden


def test_nothing_brings_it_back(full, cast):
    actions.trash(full, actor=cast.sam)
    actions.empty(full, actor=cast.lena)
    actions.restore(full, actor=cast.sam)
    assert again(full).hidden == "gone"
    with pytest.raises(Refused):
        actions.reopen(full, actor=cast.sam, by_staff=True)
    assert not access.abilities(Viewer(cast.anna), again(full)).see
    can = access.abilities(Viewer(cast.lena), again(full))
    assert can.see and not (can.restore or can.empty or can.trash or can.redact)


def test_a_merged_ticket_lies_there_with_its_survivor(open_ticket, cast, say):
    """S142: one thread, one trash."""
    old, young = open_ticket(), open_ticket(subject="The same again", text="Zanzibar again.")
    actions.merge([young, old], into=old, actor=cast.sam)
    actions.trash(again(young), actor=cast.sam)
    assert again(old).hidden == "trash"
    assert not access.abilities(Viewer(cast.anna), again(young)).see
    actions.empty(again(old), actor=cast.lena)
    assert not found("zanzibar") and {again(old).hidden, again(young).hidden} == {"gone"}
    assert history.verify() is None


def test_emptying_leaves_what_happened(full, cast):
    """What remains is told in README: events, people, times, states."""
    before = list(TicketEvent.objects.filter(ticket=full).values_list("verb", "actor", "at"))
    actions.trash(full, actor=cast.sam)
    actions.empty(full, actor=cast.lena)
    assert list(TicketEvent.objects.filter(ticket=full).values_list("verb", "actor", "at"))[:-2] == before
