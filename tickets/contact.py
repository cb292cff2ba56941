"""The contact form: anybody may write from anywhere, without an account; machines are slowed down (S181, T16).

Which departments have one is a matter of who may write without signing in (`is_public`), not of mail (C10). It asks no
captcha. What tells a machine is a field nobody sees, and how soon after the form was drawn it is sent; who
looks like one gets the form back with all they typed.
"""

import time
from base64 import encodebytes
from email.header import Header
from email.utils import formataddr, formatdate

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SYSTEM_EMAIL, User
from helpdesk_site.lib import tokens
from mail import blocking, intake
from mail.models import IncomingMail
from mail.parsing import Address, Letter

from . import actions, throttle
from .forms.portal import SUBJECT_LIMIT, LineField, RowField, Stranger, TextField
from .inbound import refusing
from .inbound.opening import wants_word
from .inbound.senders import Sender
from .writing import write_plain

STAMP, TRAP = "contact", "website"  # what the stamp is signed for; the field nobody sees
SOONEST, LATEST = 3, 24 * 3600  # seconds between drawing the form and sending it
UNSURE = gettext_lazy("We could not tell whether a person wrote this. Send it once more.")


class ContactForm(Stranger):
    """Name, address, subject, message; the department where there are several."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=SUBJECT_LIMIT,
        error_messages={"required": gettext_lazy("Enter a subject")},
    )
    message = TextField(
        label=gettext_lazy("Your message"),
        error_messages={"required": gettext_lazy("Write your message")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, request, departments, **more):
        super().__init__(request.POST if request.method == "POST" else None, **more)
        self.request, self.departments = request, departments
        if len(departments) > 1:
            who = _("Whom do you write to?")
            field = RowField(departments, key="slug", name=lambda row: row.said("name"), label=who)
            self.fields = {"department": field, **self.fields}

    @property
    def stamp(self):
        """When the form was drawn first, signed; a good one that was sent back is kept."""
        sent = self.data.get("stamp", "")
        return sent if age_of(sent) is not None else tokens.sign(STAMP, int(time.time()))

    def clean_email(self):
        email = User.objects.clean_email(self.cleaned_data["email"])
        if email == SYSTEM_EMAIL or refusing.is_own_address(email):
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def clean(self):
        """Whoever has mistakes to mend gets no riddle on top of them: the form comes back anyhow."""
        cleaned, age = super().clean(), age_of(self.data.get("stamp", ""))
        if self.errors:
            return cleaned
        if self.data.get(TRAP) or age is None or age < SOONEST:
            raise forms.ValidationError(UNSURE)
        if throttle.too_many_tickets(self.request, cleaned["email"]):
            raise forms.ValidationError(throttle.TOO_MANY_TICKETS)
        return cleaned

    @property
    def author(self):
        """Who is signed in and writes under the address of that account; None for anybody else."""
        viewer = self.request.viewer
        is_own = viewer and not viewer.is_guest_pass and viewer.user.email == self.cleaned_data["email"]
        return viewer.user if is_own else None

    @property
    def addressee(self):
        """The department it goes to."""
        return self.cleaned_data.get("department") or self.departments[0]


def age_of(stamp):
    """How many seconds ago a form with this stamp was drawn; None for a stamp that is not ours, or too old."""
    drawn = tokens.unsign(STAMP, stamp, LATEST)
    return time.time() - drawn if isinstance(drawn, int) else None


def send(form, *, language, time_zone):
    """Open the ticket of a valid form. A blocked sender's goes the way of their mail, and gets the same answer (S135).

    At most three automatic mails an hour go to any address, none with a word of what was typed here (S181).
    """
    given, department = form.cleaned_data, form.addressee
    written = Letter(Address(address=given["email"]), subject=given["subject"], full_text=given["message"])
    if blocking.blocking(written):
        return intake.store(as_mail(given, department), source=IncomingMail.Source.FORM)
    known, me = User.objects.filter(email=given["email"]).first(), form.author
    client = me or User.objects.guest_for(given["email"], name=given["name"], language=language, time_zone=time_zone)
    return actions.open_ticket(
        department,
        client=client,
        author=client,
        subject=given["subject"],
        written=write_plain(given["message"]),
        proven=me is not None,
        quiet=me is None and not refusing.may_write_to(given["email"]),
        unconfirmed=me is None
        and wants_word(department, Sender(given["email"], given["name"], known), known is not None),
    )


def as_mail(given, department):
    """What was typed, as the bytes of a mail, for the raw store."""
    head = {
        "From": formataddr((given["name"], given["email"])),
        "To": department.email,
        "Subject": Header(given["subject"], "utf-8").encode(),
        "Date": formatdate(),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "base64",
    }
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return "\r\n".join([*lines, "", encodebytes(given["message"].encode()).decode()]).encode()
