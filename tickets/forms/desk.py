"""The forms of the desk: a ticket opened for somebody (S168, S183), and what staff change in one (S137, S162)."""

from datetime import timedelta

from django import forms
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.models import SYSTEM_EMAIL, Membership, User
from departments.models import Department, Team
from departments.policy import snapshot
from mail import blocking
from mail.models import BlockedSender

from .. import colleagues
from ..actions.opening import default_priority, routed
from ..colleagues import TEAM
from ..lists import queues
from ..notices.recipients import Circle
from ..refused import Refused
from ..talks import CONFERENCE, PHONE, TALKS
from .portal import ADDRESS_LIMIT, SUBJECT_LIMIT, LineField, RowField, TextField, WithFiles

Kind = BlockedSender.Kind


class GivenToField(RowField):
    """Who gets a ticket of one of these departments (ids): a colleague, or one of their teams."""

    def __init__(self, departments, **options):
        people = colleagues.of_departments(departments)
        super().__init__(people, key="pk", empty=_("Nobody"), label=_("Assignee"), required=False, **options)
        teams = [row for row in colleagues.teams().values() if row.is_active and row.department_id in departments]
        if teams:
            named = {f"{TEAM}{row.pk}": row for row in teams}
            self.choices += [(_("Teams"), [(value, str(row)) for value, row in named.items()])]
            self.rows |= named


class NewTicketForm(WithFiles):
    """A ticket for a client who is known, or for any name and address. It goes out as our message to them."""

    name = LineField(
        label=pgettext_lazy("of a person", "Name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=ADDRESS_LIMIT,
        error_messages={
            "required": gettext_lazy("Enter an e-mail address"),
            "invalid": gettext_lazy("Enter an e-mail address such as name@example.com"),
        },
    )
    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=SUBJECT_LIMIT,
        error_messages={"required": gettext_lazy("Enter a subject")},
    )
    message = TextField(error_messages={"required": gettext_lazy("Write your message")})
    field_order = [
        "name", "email", "organisation", "department", "subject", "message", "attachments",
        "priority", "type", "status", "assignee",
    ]  # fmt: skip

    def __init__(self, request, *, client=None, channel="", **more):
        departments = [row for row in queues.departments_of(request.viewer) if row.is_active]
        super().__init__(request, policy=home_of(request.viewer).policy, by_staff=True, **more)
        self.person = client
        if client:
            del self.fields["name"], self.fields["email"]
            self.fields["subject"].widget.attrs["autofocus"] = not self.is_bound
            none = pgettext("organisation", "None")
            self.offer("organisation", _("Organisation"), organisations_of(client), key="pk", empty=none)
        self.offer("department", _("Department"), departments, key="slug", required=True)
        known = snapshot()
        self.offer("priority", _("Priority"), [row for row in known.priorities.values() if row.is_active])
        types = [row for row in known.types.values() if row.is_active]
        self.offer("type", _("Type"), types, empty=pgettext("ticket type", "None"))
        self.offer("status", _("Status"), queues.offered_statuses(), empty=_("As the department sets it"))
        self.fields["assignee"] = GivenToField([row.pk for row in departments])
        if "priority" in self.fields:
            self.fields["priority"].initial = default_priority().code
        self.order_fields(self.field_order)
        if channel in TALKS:
            self.fields["subject"].required = False
            self.fields["subject"].help_text = _("Empty: named after the kind of call and the client.")
        self.fields["message"].required = channel not in (PHONE, CONFERENCE)  # of a chat there is what was written

    def offer(self, name, label, rows, *, key="code", empty="", required=False):
        """Add a choice where there is one."""
        if rows:
            self.fields[name] = RowField(rows, key=key, empty=empty, label=label, required=required)

    def clean_email(self):
        email = User.objects.clean_email(self.cleaned_data["email"])
        if email == SYSTEM_EMAIL:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def clean(self):
        cleaned = super().clean()
        to, department = cleaned.get("assignee"), routed(cleaned.get("department"), cleaned.get("type"))
        if department and isinstance(to, Team) and to.department_id != department.pk:
            self.add_error("assignee", _("%(team)s is no team of this department.") % {"team": to})
        elif department and isinstance(to, User) and to not in colleagues.of_department(department.pk):
            self.add_error("assignee", _("%(person)s does not work in this department.") % {"person": to})
        return cleaned

    def client(self):
        """Whom the ticket is for; an address nobody has yet becomes a guest (S168)."""
        return self.person or User.objects.guest_for(self.cleaned_data["email"], name=self.cleaned_data["name"])


def home_of(viewer):
    """The department whose limits for files hold before one is chosen: staff's are rarely told apart by department."""
    return next((row for row in queues.departments_of(viewer) if row.is_active), Department())


def organisations_of(client):
    """The organisations a ticket of this client can be for; who belongs to one only is not asked."""
    rows = [row.organisation for row in Membership.objects.filter(user=client).select_related("organisation")]
    return rows if len(rows) > 1 else []


def chosen_readers(values, ticket):
    """Whom a reply's mail goes to instead of the client (S169): the client, or contacts with sight of the ticket; none
    means the client. Raises Refused for anybody else."""
    ids = {int(value) for value in values if queues.is_id(value)}
    if not ids or ids == {ticket.client_id}:
        return []
    known = {ticket.client_id, *Circle(ticket).contacts(ids)}
    if not ids <= known:
        raise Refused(_("Choose readers from the people of this ticket."))
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


# --- One value, as a page of the desk sends it ------------------------------------------------------------------------


class BlockForm(forms.Form):
    """Keep out mail of one sender, or of everybody at the sender's domain, for a while or for good (S135)."""

    DAYS = [
        ("", pgettext_lazy("how long", "For good")),
        ("7", gettext_lazy("For a week")),
        ("30", gettext_lazy("For a month")),
        ("365", gettext_lazy("For a year")),
    ]

    kind = forms.ChoiceField(label=gettext_lazy("Whose mail"), widget=forms.RadioSelect)
    days = forms.ChoiceField(label=gettext_lazy("How long"), choices=DAYS, required=False)
    why = LineField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, *args, address, **more):
        super().__init__(*args, **more)
        self.values = {Kind.ADDRESS: address, Kind.DOMAIN: address.rpartition("@")[2]}
        self.fields["kind"].choices = [
            (Kind.ADDRESS, _("Of %(address)s alone") % {"address": address}),
            (Kind.DOMAIN, _("Of everybody at %(domain)s") % {"domain": self.values[Kind.DOMAIN]}),
        ]
        self.fields["kind"].initial = Kind.ADDRESS

    def clean_kind(self):
        """The kind; refused for our own people, whom nobody may keep out, and for a domain of several clients, such as
        that of a large provider: that is for operators to decide."""
        kind = self.cleaned_data["kind"]
        value = blocking.clean_value(kind, self.values[kind])
        below = Q(email__endswith=f"@{value}") | Q(email__endswith=f".{value}")
        ours = Q(email=value) if kind == Kind.ADDRESS else below
        if User.objects.filter(ours, is_staff=True, is_active=True).exists():
            raise forms.ValidationError(_("Colleagues write from there. Their mail cannot be kept out."))
        others = User.objects.filter(below, is_active=True).exclude(email=self.values[Kind.ADDRESS])
        if kind == Kind.DOMAIN and others.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
            raise forms.ValidationError(_("Other clients write from there, too. Block the address alone."))
        return kind

    def block(self, *, by):
        """The BlockedSender that holds from now on."""
        said, days = self.cleaned_data, self.cleaned_data["days"]
        until = timezone.now() + timedelta(days=int(days)) if days else None
        return blocking.block(said["kind"], self.values[said["kind"]], by=by, why=said["why"], until=until)


def chosen(rows, code):
    """The row with this code among those offered. Raises Refused for anything else (T19)."""
    for row in rows:
        if row.code == code:
            return row
    raise Refused(_("Choose one of the list."))


def chosen_status(code):
    return chosen(queues.offered_statuses(), code)


def chosen_priority(code):
    return chosen([row for row in snapshot().priorities.values() if row.is_active], code)


def chosen_type(code):
    """A type, or None to take it off."""
    return chosen([row for row in snapshot().types.values() if row.is_active], code) if code else None


def chosen_department(slug):
    for row in snapshot().departments.values():
        if row.slug == slug and row.is_active:
            return row
    raise Refused(_("Choose one of the list."))


def chosen_colleague(value, *, me):
    """The person a menu names: "me", an id, or nobody. Whether they may have the ticket is the action's to say."""
    if value in ("", queues.NOBODY):
        return None
    if value == queues.ME:
        return me
    person = User.objects.filter(pk=int(value), is_staff=True).first() if queues.is_id(value) else None
    if person is None:
        raise Refused(_("Choose one of the list."))
    return person


NO_TEAM = "no-team"


def chosen_team(value):
    """The team a menu names, or None where it names a person. Whether it may have the ticket is the action's to say."""
    if not value.startswith(TEAM):
        return None
    pk = value.removeprefix(TEAM)
    team = colleagues.teams().get(int(pk)) if queues.is_id(pk) else None
    if team is None or not team.is_active:
        raise Refused(_("Choose one of the list."))
    return team


def status_seen(code):
    """The status the page showed when it was changed; None where the page did not say."""
    return snapshot().statuses_by_code.get(code)
