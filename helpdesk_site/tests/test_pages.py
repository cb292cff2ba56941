"""Every page, once for each role, in a real Chromium: axe finds nothing, nothing is refused by the CSP, no script errs.

Plainly in light and wide; `long` adds dark, phone, four languages, and a browser without JavaScript.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse

from accounts.viewer import Viewer
from departments.models import PredefinedReply
from helpdesk_site.demo.stage import Stage
from mail import intake
from tickets import actions, bulk
from tickets.inbound import taking
from tickets.models import Draft, Message, SavedView, Tag, Ticket
from tickets.writing import write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRANGER = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/tickets/new/",
    "/tickets/new/sales/",
    "/contact/",
    "/contact/?sent",
]
CLIENT = [
    "/", "/tickets/", "/tickets/?q=shop", "/tickets/?q=nothing-like-it", "/tickets/new/", "/tickets/new/support/",
    "{asked}", "{closed}", "{joined}", "{meeting}", "/accounts/profile/", "/accounts/password/change/",
    "/accounts/email/", "/accounts/sessions/", "/no-such-page/",
]  # fmt: skip
ADMINISTRATOR = ["/", "/tickets/?scope=organisation", "{asked}"]
STAFF = [
    "/desk/", "/desk/?view=open", "/desk/?view=mine", "/desk/?view=closed", "/desk/?q=shop", "/desk/?q=nothing-like-it",
    "/desk/?view=flagged", "/desk/new/", "/desk/new/?q=anna", "{asked}", "{asked}log/",
    "{versions}", "{kept}", "/desk/mail/", "/desk/mail/?show=all", "/desk/mail/?q=nothing-like-it", "{mail}",
    "{asked}block/", "{asked}tags/", "{asked}snooze/", "{moved}", "{moved}checklist/", "/desk/?view=snoozed",
    "/desk/?view=mentions", "/desk/?view=spam", "/desk/?tag=mail", "/accounts/profile/",
    "{asked}predefined/", "{asked}predefined/?q=cache&box=note",
    "{joined}", "{joined}merge/", "{joined}merge/?q=shop", "{joined}split/", "{joined}link/", "{joined}incident/",
    "{out}", "{merge}", "{asked}predefined/?q=nothing-like-it", "/desk/signature/",
    "/desk/?view=teams", "{meeting}", "{meeting}talk/", "{meeting}others/", "{meeting}log/?kind=people&source=rule",
    "{meeting}client/", "{meeting}client/?q=olga", "{meeting}client/?q=carl&to={carl}", "/desk/clients/",
    "/desk/clients/?q=anna", "/desk/clients/?q=nothing-like-it", "{card}", "{house}", "/desk/new/?channel=phone",
    "{asked}as-client/", "{card}portal/",
    "/desk/new/?channel=conference", "/desk/new/?channel=chat", "/desk/drafts/", "/desk/times/", "{asked}time/",
]  # fmt: skip
LEAD = [
    "/desk/", "/desk/replies/", "/desk/replies/?q=nothing-like-it", "/desk/replies/new/", "{reply}",
    "/desk/tags/", "{tag}", "{saved}", "{view}", "{view}delete/", "/desk/views/", "/desk/views/new/?view=open",
    "/desk/columns/?view=open", "/desk/?view=open&find=anna", "/desk/activity/", "{job}",
    "/desk/bell/", "/desk/palette/?q=s", "/desk/palette/?q=nothing-like-it",
]  # fmt: skip
ADMIN = [
    "/admin/", "/admin/departments/department/", "/admin/departments/portal/1/presets/?preset=hosting",
    "/admin/departments/status/", "/admin/tickets/ticket/", "/admin/tickets/ticket/closing/",
    "/admin/mail/outgoingmail/", "/admin/mail/mailbox/add/", "/admin/mail/incomingmail/",
    "/admin/mail/blockedsender/", "/admin/mail/blockedsender/add/", "/admin/accounts/user/",
    "/admin/departments/predefinedreply/", "/admin/departments/predefinedreply/add/", "{reply_preview}",
    "/admin/departments/signature/add/", "/admin/tickets/tag/", "/admin/departments/checklisttemplate/add/",
    "/admin/departments/team/", "/admin/departments/team/add/", "/admin/departments/activity/add/",
]  # fmt: skip
# What axe says of Django's own admin pages, whoever uses them: the boxes beside rows have a title for a label, the
# help of its lists to choose from hangs on a span
STOCK_ADMIN = {"label-title-only", "aria-prohibited-attr"}
LETTER = b"From: Dora <dora@outside.example>\nTo: support@example.com\nSubject: Prices\n\nHello.\n\n> old words\n"
PAGES = {None: STRANGER, "anna": CLIENT, "olga": ADMINISTRATOR, "sam": STAFF, "lena": LEAD, "operator": ADMIN}


@pytest.fixture
def desk(cast):
    """The demo world, with addresses of things in it."""
    Stage().load()
    message = Message.objects.filter(by_staff=True, is_note=False, ticket__department__slug="support").first()
    asked = Ticket.objects.get(subject__startswith="Shop returns 502").get_absolute_url()
    closed = Ticket.objects.filter(client__email="anna@example.com", category="closed").first().get_absolute_url()
    versions = reverse("message_versions", args=[message.ticket.number, message.pk])
    elsewhere = Ticket.objects.filter(department__slug="billing").first()
    typed = {"place": f"reply/{elsewhere.number}", "kind": "reply", "fields": {"message": "Almost sent."}}
    Draft.objects.create(owner=f"user:{cast.sam.pk}", **typed)
    kept = reverse("ticket_kept", args=[elsewhere.number])
    mail = intake.store(LETTER, source="pipe", envelope_to=["support@example.com"])
    intake.take(mail)
    taking.handle(mail)
    held = reverse("desk_mail", args=[mail.pk])
    reply = PredefinedReply.objects.get(name="Backup restored").pk
    preview = reverse("admin:departments_predefinedreply_preview", args=[reply])
    moved = Ticket.objects.get(subject__startswith="Move 14 mailboxes").get_absolute_url()
    tag = reverse("desk_tag", args=[Tag.objects.get(key="mail").pk])
    more = {"moved": moved, "tag": tag, "reply": reverse("desk_reply", args=[reply]), "reply_preview": preview}
    more |= joined(cast) | arranged(cast)
    more |= about_people(cast)
    return more | {"asked": asked, "closed": closed, "versions": versions, "kept": kept, "mail": held}


def about_people(cast):
    """Addresses of a ticket made of a meeting, of its client's card and of their organisation's."""
    meeting = Ticket.objects.get(channel="conference").get_absolute_url()
    card, house = reverse("desk_client", args=[cast.anna.pk]), reverse("desk_organisation", args=[cast.quillmark.pk])
    return {"meeting": meeting, "card": card, "house": house, "carl": cast.carl.pk}


def joined(cast):
    """Addresses of a ticket into which another was merged, that has links and gave away a message, of the page that
    takes the merged one out, and of the one that merges several."""
    mine = [actions.open_ticket(cast.support, client=cast.anna, author=cast.anna, subject=f"Printer {n}",
                                written=write("It is on fire.")) for n in range(4)]  # fmt: skip
    into = actions.merge(mine[:2], actor=cast.sam)
    more = actions.reply(into, author=cast.anna, written=write("And the lamp."), by_staff=False)
    actions.split(into, messages=[more], subject="Lamp", department=cast.support, actor=cast.sam)
    for kind in ("incident", "blocks"):
        actions.link(into, to=mine[2], kind=kind, actor=cast.sam)
    out = reverse("ticket_unmerge", args=[into.number, mine[1].number])
    several = f"{reverse('desk_merge')}?t={mine[2].number}&t={mine[3].number}"
    return {"joined": into.get_absolute_url(), "out": out, "merge": several}


def arranged(cast):
    """Addresses of a saved view that asks for something gone, of the form that changes it, and of an act on many
    tickets, one of which could not be done."""
    query = "view=open&status=open&status=gone"
    row = SavedView.objects.create(name="Burning", owner=cast.lena, department=cast.support, query=query)
    lot = [ticket.pk for ticket in Ticket.objects.filter(category="new", hidden="")[:2]]
    job = bulk.start(Viewer(cast.lena), "priority", {"priority": "high"}, lot, failed=[["KTR-000000", "Not there."]])
    view = reverse("desk_view", args=[row.pk])
    return {"view": view, "saved": f"/desk/?view=saved-{row.pk}", "job": reverse("desk_bulk_job", args=[job.pk])}


@pytest.fixture
def visit(live_server, client_of, cast, desk):
    """`visit(context, "anna")` yields each page of hers, opened: (path, tab)."""

    def each(context, name):
        if name:
            session = client_of(getattr(cast, name)).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        for template in PAGES[name]:
            path = template.format(**desk)
            tab.goto(live_server.url + path)
            yield path, tab
        tab.close()

    return each


def complaints(tab, *, stock=()):
    """What axe says: rule, how often, the first element. It reads no style sheets: that would break the page's CSP.

    What fades in is measured as it stays, not half way there.
    """
    tab.emulate_media(reduced_motion="reduce")
    found = Axe().run(tab, options={"preload": False}).response["violations"]
    return [(one["id"], len(one["nodes"]), one["nodes"][0]["html"][:160]) for one in found if one["id"] not in stock]


def overflow(tab):
    """Whether the page is wider than its window: somebody would have to scroll sideways."""
    return tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")


@pytest.mark.parametrize("name", PAGES, ids=str)
def test_axe_finds_nothing_on_any_page(context, visit, name):
    """Part 9 of the first issue; the admin no worse than stock."""
    stock = STOCK_ADMIN if name == "operator" else ()
    wrong = {path: said for path, tab in visit(context, name) if (said := complaints(tab, stock=stock))}
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1180, 1440])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "operator"], ids=str)
def test_every_theme_and_width_is_as_good(browser, visit, name, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong = {}
    for path, tab in visit(context, name):
        said = complaints(tab) + ([("wider than the window", 1, "")] if overflow(tab) else [])
        if said:
            wrong[path] = said
    context.close()
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ru", "pt-br"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["anna", "sam"])
def test_long_words_of_other_languages_fit(browser, visit, cast, name, width, language):
    person = getattr(cast, name)
    person.language = language
    person.save(update_fields=["language"])
    context = browser.new_context(viewport={"width": width, "height": 900})
    wrong = [path for path, tab in visit(context, name) if overflow(tab)]
    context.close()
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES, ids=str)
def test_every_page_stands_without_javascript(browser, visit, name):
    context = browser.new_context(java_script_enabled=False)
    for path, tab in visit(context, name):
        assert tab.locator("h1").count() >= 1, path
    context.close()
