"""Time spent: logged alone, corrected, taken off; and the list by day, with its CSV (S152)."""

import csv

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk_site.lib.http import content_disposition
from helpdesk_site.lib.paging import page_by_key
from helpdesk_site.lib.sheets import safe_cell
from helpdesk_site.lib.spans import clock_of
from helpdesk_site.lib.toasts import toast

from .. import access, actions, colleagues, times
from ..forms.times import EntryForm, asked, of_entry
from ..lists import queries, queues
from ..models import TimeEntry
from ..refused import Refused
from .desk import staff_only
from .marking import ask, asking
from .properties import working

PAGE = 100


@asking
def log(request, ticket):
    """Time spent without a message, or an item to bill."""
    form = EntryForm(request.POST or None, initial={"day": times.today(), "invoicing": TimeEntry.Invoicing.NO})
    return answered(request, ticket, form, title=_("Log time"))


@asking
def change(request, ticket, entry):
    """Correct an entry of one's own; whoever leads the department, any."""
    row = get_object_or_404(TimeEntry.objects.select_related("ticket", "user"), ticket=ticket, pk=entry)
    form = EntryForm(request.POST or None, initial=of_entry(row), chosen=row.activity_id)
    return answered(request, ticket, form, title=_("Change the time logged"), entry=row)


def answered(request, ticket, form, *, title, entry=None):
    """Do what a valid form says; else its page."""
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return kept(request, ticket, form, entry)
        except Refused as refused:
            refusal = str(refused)
    context = {"form": form, "refusal": refusal, "entry": entry}
    bad = request.method == "POST"
    return ask(request, "desk/time.html", ticket, title=title, status=422 if bad else 200, **context)


def kept(request, ticket, form, entry):
    if entry:
        actions.change_time(entry, actor=request.user, **form.said)
        toast(request, _("Time changed."))
    else:
        actions.log_time(ticket, user=request.user, **form.said)
        toast(request, _("Time logged."))
    return redirect("ticket", ticket.number)


@working
def remove(request, ticket, entry):
    """Take an entry off."""
    row = get_object_or_404(TimeEntry.objects.select_related("ticket"), ticket=ticket, pk=entry)
    actions.remove_time(row, actor=request.user)
    toast(request, _("Time taken off."))
    return redirect("ticket", ticket.number)


# --- Day by day -------------------------------------------------------------------------------------------------------


@require_safe
@staff_only
def listed(request):
    """What one logged, a day or some days; whoever leads a department sees its colleagues' too."""
    wanted = asked(request.GET, request.viewer)
    rows = times.listed(wanted)
    page = page_by_key(rows, order=["day", "pk"], cursor=request.GET.get("cursor", ""), size=PAGE)
    works_in = {row.pk for row in queues.departments_of(request.viewer)}
    days = times.by_day(rows, {row.day for row in page.rows}) if wanted.first != wanted.last else {}
    for row in page.rows:
        row.clock, row.is_seen = clock_of(row.minutes), row.ticket.department_id in works_in
        row.on_day = days.get(row.day, "")
        activity = times.activities().get(row.activity_id)
        row.activity_name = activity.said() if activity else ""
    n, spent, billable, amount = times.totals(rows)
    context = {
        "page": page, "days": days, "asked": wanted, "n": n, "spent": spent, "billable": billable, "amount": amount,
        "leads": access.leads_somewhere(request.user), "rail": queries.rail(request.viewer),
        "people": people_of(request.viewer), "departments": queues.departments_of(request.viewer),
    }  # fmt: skip
    return render(request, "desk/times.html", context)


def people_of(viewer):
    """The colleagues whose time this person sees."""
    places = [row.pk for row in queues.departments_of(viewer) if access.leads(viewer.user, row.pk)]
    return colleagues.of_departments(places) if places else []


@require_safe
@staff_only
def sheet(request):
    """The same rows as a CSV file, streamed; no cell of it is a formula to a spreadsheet (OWASP, CSV injection)."""
    wanted = asked(request.GET, request.viewer)
    works_in = {row.pk for row in queues.departments_of(request.viewer)}
    writer = csv.writer(Echo())
    lines = (writer.writerow([safe_cell(cell) for cell in line]) for line in lines_of(wanted, works_in))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"time-{wanted.first:%Y-%m-%d}-{wanted.last:%Y-%m-%d}.csv"
    answer["Content-Disposition"] = content_disposition("attachment", name)
    return answer


class Echo:
    """A file that gives back what is written to it."""

    def write(self, value):
        return value


def lines_of(wanted, works_in):
    """The head, then a line an entry. Of a ticket that has left one's departments the number alone."""
    yield [
        "\ufeff" + _("Day"), _("Person"), _("Ticket"), _("Subject"), _("Client"), _("Organisation"), _("Department"),
        _("Activity"), _("Minutes"), _("Hours and minutes"), _("Billable"), _("Amount"), _("Invoicing"),
        _("Description"),
    ]  # fmt: skip
    for row in times.listed(wanted).iterator(chunk_size=500):
        ticket, activity = row.ticket, times.activities().get(row.activity_id)
        about = [ticket.subject, ticket.client.full_name, ticket.organisation or "", ticket.department]
        yield [
            row.day.isoformat(), row.user.full_name, ticket.number,
            *(about if ticket.department_id in works_in else [""] * 4),
            activity.said() if activity else "", row.minutes, clock_of(row.minutes),
            _("yes") if row.is_billable else _("no"), "" if row.amount is None else row.amount,
            row.get_invoicing_display(), row.text,
        ]  # fmt: skip
