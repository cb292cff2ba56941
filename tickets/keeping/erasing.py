"""What goes when a ticket is deleted for good: everything people wrote in it, its files, its mails (S155, C5).

What stays: the ticket's number, department, client, dates and states; who did what when (the events, so that the
history verifies); that mails came and went, and from and to which address; time spent, as it is invoiced; how clients
rated it, which is no word of theirs, so that nobody mends a mean by deleting.
"""

from mail import erasing

from ..composing import drafts
from ..lists import search
from ..models import Draft, EventContent, Message, MessageRevision, Ticket, TicketLink
from . import files

Kind = Draft.Kind


def erase(ticket):
    """Take away what was written in a locked ticket, in the caller's transaction; files go when it is committed."""
    messages = Message.objects.filter(ticket=ticket)
    files.let_go(files.of_messages(messages))
    erase_mails(ticket, messages)
    MessageRevision.objects.filter(message__in=messages).delete()
    messages.update(body="", html="", quoted="", salt="", format=Message.Format.PLAIN)
    EventContent.objects.filter(event__ticket=ticket).delete()
    for place in (drafts.place_of(Kind.REPLY, ticket), drafts.place_of(Kind.NOTE, ticket)):
        drafts.forget_place(place)
    changes = [drafts.place_of(Kind.EDIT, message) for message in messages.only("pk")]
    Draft.objects.filter(place__in=changes).delete()
    erase_waiting(ticket)
    erase_work(ticket)
    search.forget(ticket)
    ticket.subject = ticket.answer_to = ""
    ticket.save(update_fields=["subject", "answer_to"])


def erase_waiting(ticket):
    """Replies set for a day that comes later."""
    for waiting in ticket.pending_replies.all():
        uploads = list(waiting.attachments.all())
        waiting.delete()
        files.forget(uploads)


def erase_mails(ticket, messages):
    """The mails that are no other ticket's too: a message split off keeps its letter."""
    mails = erasing.of_tickets([ticket.number], messages)
    elsewhere = Message.objects.filter(incoming__in=mails).exclude(ticket=ticket).exclude(body="").values("incoming")
    erasing.erase_incoming(mails.exclude(pk__in=elsewhere))
    erasing.erase_outgoing(ticket.number)


def erase_work(ticket):
    """Points, flags, links, people who took part; the time spent stays without its words."""
    ticket.time_entries.update(text="")
    ticket.tags.clear()
    TicketLink.objects.filter(other=ticket).delete()
    for rows in ("checklist", "flags", "links", "watchers", "mentions", "participants", "presences", "readings"):
        getattr(ticket, rows).all().delete()
    for row in ("talk", "snooze"):
        Ticket._meta.get_field(row).related_model.objects.filter(ticket=ticket).delete()
