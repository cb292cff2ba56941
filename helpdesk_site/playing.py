"""A helpdesk with one mailbox, its staff and what they do, for `manage.py mail_scenario`."""

import base64

from accounts.models import User
from departments.models import Department, Portal, StaffPlace
from departments.models.policy import Policy
from departments.policy import forget
from mail import blocking, intake
from mail.letter import build
from mail.models import BlockedSender, IncomingMail, OutgoingMail
from tickets import actions
from tickets.inbound import refusing, taking
from tickets.models import Message, Ticket
from tickets.writing import write


class Scenario:
    """One mailbox that takes mail of anybody; a method for each word of the protocol."""

    def __init__(self, config):
        self.told = 0
        Portal.get()
        Portal.objects.update(
            authserv_id=config.get("authserv_id", ""),
            plus_addresses=True,
            mail_size=config.get("max_message_bytes", 0) // 1000,
        )
        department = Department.objects.create(
            name=config.get("name", "Support"),
            slug="scenario",
            email=config["mailbox"],
            is_public=True,
            email_new=Policy.NewByMail.ANYONE,
        )
        for person in config.get("staff", []):
            user = User.objects.create_user(person["email"], name=person.get("name", ""), is_staff=True)
            StaffPlace.objects.create(department=department, user=user)
        for address in config.get("blocked", []):
            blocking.block(BlockedSender.Kind.ADDRESS, address)
        forget()

    def receive(self, raw, rcpt):
        """A mail arrives."""
        row = intake.store(raw, source=IncomingMail.Source.PIPE, envelope_to=[rcpt])
        if not row.attempts and intake.take(row):
            done = taking.handle(row)
            row.refresh_from_db()
        else:
            done = None
            row.outcome, row.reason, row.reference = "ignored", "copy", ""
        ticket = Ticket.objects.filter(number=row.reference.partition("#")[0]).first()
        sent = self.sent()
        return {
            "outcome": row.outcome,
            "reason": row.reason,
            "ticket": ticket and ticket.number,
            "auto_reply": any(mail.kind in refusing.AUTOMATIC for mail in sent),
            "is_staff": bool(done and done.is_staff),
            "requester": ticket and ticket.client.email,
            "cc": [row.user.email for row in ticket.participants.select_related("user")] if ticket else [],
            "untrusted": row.trust != Message.Trust.AUTHENTICATED,
            "sent": list(map(shown, sent)),
        }

    def agent_reply(self, ticket, text, agent):
        """Staff answer in the portal."""
        author = User.objects.get(email=agent)
        actions.reply(Ticket.objects.get(number=ticket), author=author, written=write(text), by_staff=True)
        return {"sent": list(map(shown, self.sent()))}

    def close(self, ticket):
        actions.close(Ticket.objects.get(number=ticket), actor=User.objects.filter(is_staff=True).first())
        self.sent()
        return {"ok": True}

    def ticket(self, ticket):
        found = Ticket.objects.get(number=ticket)
        return {"status": "closed" if found.is_closed else "open"}

    def sent(self):
        """The letters written since this was asked last, without those to staff."""
        letters = list(OutgoingMail.objects.filter(pk__gt=self.told).select_related("user").order_by("pk"))
        self.told = letters[-1].pk if letters else self.told
        return [mail for mail in letters if not (mail.user and mail.user.is_staff)]


def shown(mail):
    return {"to": [mail.to_address], "raw_b64": base64.b64encode(build(mail).content).decode()}
