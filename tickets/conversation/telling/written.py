"""What was written, sent and taken out again, a function a verb: each gives the sentence of an event (a Teller)."""

from django.utils.translation import gettext as _

from mail.models import OutgoingMail

from .reading import is_unproven


def opened(it):
    if is_unproven(it.event):
        return it.say(_("Somebody opened the ticket with the address of {actor}, without proving it"))
    return it.say(_("{actor} opened the ticket"))


def replied(it):
    return it.say(_("{actor} wrote {message}"), message=it.message())


def noted(it):
    called = it.data.get("mentions")
    if called:
        return it.say(
            _("{actor} added note {message} and called {people}"),
            message=it.message(),
            people=it.people(called),
        )
    return it.say(_("{actor} added note {message}"), message=it.message())


def edited(it):
    if called := it.data.get("mentions"):
        said = {"message": it.message(), "people": it.people(called)}
        return it.say(_("{actor} changed note {message} and called {people}"), **said)
    return it.say(_("{actor} changed the text of {message}"), message=it.message())


def scheduled(it):
    return it.say(_("{actor} set a reply for {moment}"), moment=it.moment())


def unscheduled(it):
    """Why a reply was not sent, and whose it was."""
    person, moment = it.person(it.data.get("author")), it.moment()
    said = {
        "message": _("The reply of {person} set for {moment} was called off: {actor} wrote before"),
        "closed": _("The reply of {person} set for {moment} was called off: the ticket was closed before"),
        "left": _("The reply of {person} set for {moment} was called off: {person} does not work here any more"),
        "hand": _("{person} called off the reply set for {moment}"),
    }
    words = said.get(it.data.get("why"), said["hand"])
    if it.event.number is not None:
        words = _("The reply of {person}, who works here no more, was not sent; it is kept as {message}")
    return it.say(words, person=person, moment=moment, message=it.message())


def mail_kept(it):
    return it.say(_("An automatic mail of {actor} was kept as {message}"), message=it.message())


def mail_taken(it):
    return it.say(_("{actor} accepted the mail {message}"), message=it.message())


def mail_failed(it):
    trouble = it.data.get("trouble", "")
    known = trouble in OutgoingMail.Trouble.values
    why = OutgoingMail.Trouble(trouble).label if known else ""
    to = it.data.get("to")
    person = it.person(to) if to else _("the recipient")
    return it.say(_("The mail to {person} was not delivered. {why}"), person=person, why=why)


def readdressed(it):
    address = it.names.texts.get((it.event.id, "address")) or "–"
    sentence = _("{actor} sent the mail to {person} again, to {address}")
    if it.data.get("corrected"):
        sentence = _("{actor} corrected the address of {person} to {address} and sent the mail again")
    return it.say(sentence, person=it.person(it.data.get("to")), address=address)


def confirmed(it):
    return it.say(_("{actor} confirmed the ticket in the portal"))


def disowned(it):
    return it.say(_("{actor} says that somebody else wrote this"))


def deleted(it):
    return it.say(_("{actor} deleted {message}"), message=it.message())


def undeleted(it):
    return it.say(_("{actor} restored {message}"), message=it.message())


def redacted(it):
    if "file" in it.data:
        return it.say(_("{actor} deleted a file of {message} for good"), message=it.message())
    if it.event.number is None:
        return it.say(_("{actor} took words out for good"))
    return it.say(_("{actor} took words out of {message} for good"), message=it.message())


def rated(it):
    """How content a client is with a reply, or with how the ticket was solved (S171)."""
    said = {"stars": it.data["stars"], "was": it.data.get("was", ""), "message": it.message()}
    of_ticket, changed = it.event.number is None, "was" in it.data
    if of_ticket and changed:
        return it.say(_("{actor} changed the rating of this ticket from {was} to {stars} of 5 stars"), **said)
    if of_ticket:
        return it.say(_("{actor} rated this ticket: {stars} of 5 stars"), **said)
    if changed:
        return it.say(_("{actor} changed the rating of {message} from {was} to {stars} of 5 stars"), **said)
    return it.say(_("{actor} rated {message}: {stars} of 5 stars"), **said)
