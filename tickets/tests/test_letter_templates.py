"""Letters in an operator's words: by kind, department and language, from a fixed list of fields (S123, S148, S175)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.models import User
from departments import letter_fields
from departments.models import LetterTemplate, Portal
from departments.policy import forget
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.models import Ticket
from tickets.notices import letter_templates, letter_values, previews
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(cast):
    """`template("reply", text="…")`: words an operator has saved, in use."""

    def make(kind=Kind.REPLY, **fields):
        row = LetterTemplate(kind=kind, **{"text": "{{message}}\n\n{{button}}", **fields})
        row.full_clean()
        row.save()
        forget()
        return row

    return make


def letter_to(user, kind=None):
    mails = OutgoingMail.objects.filter(user=user)
    return (mails.filter(kind=kind) if kind else mails).latest("pk")


# --- Which one holds --------------------------------------------------------------------------------------------------


def test_a_letter_reads_as_the_operator_wrote_it(ticket, anna, sam, say, template):
    template(
        subject="{{ticket.number}}: news for [NAME]",
        text="Dear [FIRSTNAME],\n\n{{actor}} wrote:\n\n{{message}}\n\nSee {{ticket.link}}\n\nYours, {{portal.name}}",
    )
    say(ticket, sam, "It is **fixed**.")
    mail = letter_to(anna)
    assert mail.subject == f"{ticket.number}: news for Anna Harding"
    said = ["Dear Anna,", "Sam (server engineer) wrote:", "It is **fixed**.", f"/t/{ticket.number}/#m2", "Yours, "]
    places = [mail.text.index(words) for words in said]
    assert places == sorted(places)
    assert "Dear Anna," in mail.html and "<strong>fixed</strong>" in mail.html
    assert f"/t/{ticket.number}/#m2" in mail.html
    assert "answered on" not in mail.text


def test_what_stands_in_every_letter_stays(ticket, anna, sam, say, template):
    """The line to answer above, the reason, the mark: no template leaves them out."""
    template()
    say(ticket, sam, "Done.")
    mail = letter_to(anna)
    assert mail.text.startswith("##- ") and "You get this e-mail because" in mail.text and "[ref:" in mail.text
    assert "You get this e-mail because" in mail.html and "[ref:" in mail.html


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([("", ""), ("", "fr"), ("support", ""), ("support", "fr")], "support fr"),
        ([("", ""), ("", "fr"), ("support", "")], "support "),
        ([("", ""), ("", "fr")], " fr"),
        ([("", ""), ("", "ru"), ("billing", "fr")], " "),
        ([("", "ru"), ("billing", "")], None),
    ],
)
def test_the_closest_holds(ticket, anna, sam, support, billing, say, template, written, expected):
    """The department's before everybody's, the reader's language before any."""
    departments = {"": None, "support": support, "billing": billing}
    for place, language in written:
        words = f"From {place} {language}.\n\n{{{{message}}}}\n\n{{{{button}}}}"
        template(department=departments[place], language=language, text=words)
    User.objects.filter(pk=anna.pk).update(language="fr")
    say(Ticket.objects.get(pk=ticket.pk), sam, "Voilà.")
    mail = letter_to(anna)
    assert (f"From {expected}." in mail.text) if expected else "From" not in mail.text
    assert "Ouvrir le ticket" in mail.text


def test_one_that_is_not_in_use_changes_nothing(ticket, anna, sam, say, template):
    template(is_active=False, text="Mine: {{message}} {{button}}")
    say(ticket, sam, "Done.")
    assert "Mine:" not in letter_to(anna).text


def test_a_template_of_clients_letters_is_not_used_for_staff(open_ticket, sam, template):
    template(kind=Kind.RECEIPT, text="For clients. {{button}}")
    open_ticket()
    assert "For clients." not in letter_to(sam).text


def test_there_is_one_for_each_kind_department_and_language(template, support):
    template(department=support, language="fr")
    template(language="fr")
    for department in (support, None):
        with pytest.raises(ValidationError):
            template(department=department, language="fr")


# --- Safety -----------------------------------------------------------------------------------------------------------


def test_names_and_subjects_are_text_in_html_and_one_line_in_the_subject(open_ticket, anna, sam, say, template):
    """T03, T12; SECURITY V1: never a template engine on stored text."""
    User.objects.filter(pk=anna.pk).update(name="<b>Anna</b> {{ticket.number}} {% now 'Y' %}")
    template(
        subject="To [NAME]\nBcc: x@example.com",
        text="[NAME] on {{ticket.subject}}\n\n{{message}}\n\n{{button}}",
        html='<p title="x">[NAME] on {{ticket.subject}}</p>{{message}}<a href="{{ticket.link}}">open</a>',
    )
    ticket = open_ticket(client=User.objects.get(pk=anna.pk), subject='"><script>alert(1)</script>')
    say(ticket, sam, "Done.")
    mail = letter_to(anna, Kind.REPLY)
    assert "<script>" not in mail.html and "<b>Anna" not in mail.html and "&lt;b&gt;Anna" in mail.html
    assert "{{ticket.number}} {% now" in mail.text and "\n" not in mail.subject
    assert "Bcc" not in mail.headers and mail.subject.startswith("To <b>Anna</b>")


def test_a_receipt_to_an_unproven_address_still_repeats_nothing_the_sender_chose(open_ticket, sales, template):
    """SECURITY: whatever the operator's words ask for."""
    every = letter_fields.of_kind(Kind.RECEIPT)
    template(
        Kind.RECEIPT,
        subject="[NAME] {{client.name}} {{actor}} {{ticket.subject}} {{guest.hint}}",
        text="\n\n".join(field.written for field in every),
    )
    victim = User.objects.guest_for("victim@example.com", name="BUY PILLS")
    open_ticket(client=victim, department=sales, subject="CHEAP PILLS", text="http://pills.example")
    mail = letter_to(victim)
    for part in (mail.subject, mail.text, mail.html, mail.to_name):
        assert "PILLS" not in part and "pills.example" not in part
    assert "victim" in mail.text and "/g/" in mail.text


def test_a_note_is_never_in_a_clients_letter_by_any_field(ticket, anna, sam, say, template):
    """S161."""
    for kind in (Kind.REPLY, Kind.CLOSED):
        every = [field.written for field in letter_fields.of_kind(kind)]
        template(kind, text="\n\n".join(every))
    actions.add_note(ticket, author=sam, written=write("The client is difficult."))
    say(ticket, sam, "Done.")
    actions.close(ticket, actor=sam)
    letters = OutgoingMail.objects.filter(user=anna)
    assert {Kind.REPLY, Kind.CLOSED} <= {mail.kind for mail in letters}
    for mail in letters:
        assert "difficult" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "{{message}} {{button}} {{ticket.nummer}}"}, "There is no field {{ticket.nummer}}."),
        ({"subject": "{{ticket}}"}, "There is no field {{ticket}}."),
        ({"html": "{{message}}{{button}}{{reader.password}}"}, "There is no field {{reader.password}}."),
        ({"text": "{% include 'x' %} {{message}} {{button}}"}, "There is no field {% include 'x' %}."),
        ({"text": "{{message}} {{button}} {{ticket.closes}}"}, "{{ticket.closes}} says nothing in this letter."),
        ({"subject": "{{message}}"}, "{{message}} says nothing in this letter."),
        ({"subject": "{{ticket.link}}"}, "{{ticket.link}} says nothing in this letter."),
        ({"text": "{{message}}"}, "a guest has no other way to the ticket"),
        ({"text": "{{button}}"}, "Put in {{message}}"),
        ({"html": "<p>Hello</p>"}, "Put in {{message}}"),
        ({"html": '{{message}}{{button}}<a href="{{ticket.link}}" title="[NAME]">x</a>'}, "cannot stand inside a tag"),
    ],
)
def test_what_could_not_be_sent_is_not_saved_and_the_sentence_names_it(template, fields, said):
    with pytest.raises(ValidationError) as refused:
        template(**fields)
    assert said in str(refused.value.message_dict[next(iter(fields))])


# --- Values -----------------------------------------------------------------------------------------------------------


def test_every_field_of_the_list_has_a_value():
    """The list is the operator's; the values are ours: neither has one the other lacks."""
    named = set(letter_fields.FIELDS) - letter_fields.BLOCKS - {"ticket.link"}
    assert named == set(letter_values.VALUES)


@pytest.mark.parametrize("kind", letter_fields.KINDS)
@pytest.mark.parametrize("language", ["en", "fr", "ru", "pt-br"])
def test_the_shipped_words_are_a_template_that_can_be_saved(kind, language):
    words = letter_templates.shipped(kind, language)
    LetterTemplate(kind=kind, language=language, subject=words.subject, text=words.text).full_clean()
    assert "%(" not in words.text and "SimpleNamespace" not in words.text


def test_the_shipped_words_as_a_template_make_the_shipped_letter(ticket, anna, sam, say, template):
    """What an operator begins with is what was sent until then."""
    for kind in (Kind.REPLY, Kind.CLOSED, Kind.RECEIPT):
        actions.reopen(ticket, actor=anna, by_staff=True)
        say(ticket, sam, "One.")
        actions.close(ticket, actor=sam)
        as_shipped = letter_to(anna, kind)
        words = letter_templates.shipped(kind, "en")
        template(kind, subject=words.subject, text=words.text)
    actions.reopen(ticket, actor=anna, by_staff=True)
    say(ticket, sam, "One.")
    own, shipped = letter_to(anna, Kind.REPLY), OutgoingMail.objects.filter(user=anna, kind=Kind.REPLY).earliest("pk")
    assert own.subject == shipped.subject and as_shipped

    def lines(mail):
        text = mail.text.partition("[ref:")[0].replace("#m3", "#m2").replace("#m4", "#m2").replace("#m5", "#m2")
        return [line for line in text.split("\n") if "answered on" not in line and "Status" not in line and line]

    assert lines(own) == lines(shipped)


def test_a_paragraph_whose_fields_have_nothing_to_say_is_left_out(ticket, open_ticket, anna, greta, sales, template):
    """S148: the hint for guests leaves no hole in the letters of others."""
    template(kind=Kind.RECEIPT, text="One.\n\n{{guest.hint}}\n\n{{confirm.hint}}{{guest.hint}}\n\nTwo.\n\n{{button}}")
    open_ticket(client=anna)
    mail = OutgoingMail.objects.filter(user=anna, kind="receipt").latest("pk")
    assert "One.\n\nTwo." in mail.text and "<p></p>" not in mail.html
    open_ticket(client=greta, department=sales)
    mail = OutgoingMail.objects.filter(user=greta, kind="receipt").latest("pk")
    assert "One.\n\nThe link below" in mail.text


def test_times_and_statuses_are_in_the_readers_words(ticket, anna, sam, say, template):
    """C15."""
    every = "{{ticket.status}} / {{ticket.priority}} / {{ticket.assignee}} / {{ticket.opened}}"
    template(text=every + "\n{{message}} {{button}}")
    User.objects.filter(pk=anna.pk).update(time_zone="Asia/Yekaterinburg")
    say(Ticket.objects.get(pk=ticket.pk), sam, "Done.")
    text = letter_to(anna).text
    assert "Waiting for your reply / " in text and "Sam (server engineer)" in text and "+05" in text


def test_a_template_costs_no_statement(ticket, anna, sam, say, template, statements):
    """Snapshot: read with the settings."""
    say(ticket, sam, "One.")
    say(ticket, sam, "Two.")
    with statements() as before:
        say(ticket, sam, "Three.")
    template()
    say(ticket, sam, "Four.")
    with statements() as after:
        say(ticket, sam, "Five.")
    assert len(after) == len(before)


# --- Looking at it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", letter_fields.KINDS)
def test_any_kind_can_be_looked_at_on_a_ticket_that_never_had_one(ticket, operator, template, kind):
    """Nothing is written or sent."""
    words = letter_templates.shipped(kind, "")
    row = template(kind, subject=words.subject, text=words.text)
    before = OutgoingMail.objects.count()
    rendered = previews.preview(row, ticket, operator=operator)
    assert ticket.number in rendered.subject and rendered.text and rendered.html
    assert "{{" not in rendered.text + rendered.html + rendered.subject and "[ref:" not in rendered.text
    assert OutgoingMail.objects.count() == before and ticket.events.count() == 1


def test_it_is_looked_at_in_its_language(ticket, operator, template):
    row = template(language="fr", text="Bonjour.\n\n{{message}}\n\n{{button}}")
    assert "Ouvrir le ticket" in previews.preview(row, ticket, operator=operator).text


# --- In the admin -----------------------------------------------------------------------------------------------------

ADMIN = "/admin/departments/lettertemplate/"


def test_an_operator_begins_with_the_shipped_words_and_saves_own_ones(client_of, operator, ticket, anna, sam, say):
    browser = client_of(operator)
    browser.post(f"{ADMIN}add/", {"kind": "reply", "department": "", "language": ""})
    row = LetterTemplate.objects.get()
    assert row.text == letter_templates.shipped("reply", "").text and not row.is_active
    page = browser.get(f"{ADMIN}{row.pk}/change/").text
    assert 'data-field="{{ticket.number}}"' in page and 'data-field="{{ticket.closes}}"' not in page
    form = {"kind": "reply", "department": "", "language": "", "subject": "", "is_active": "on", "html": ""}
    answer = browser.post(f"{ADMIN}{row.pk}/change/", {**form, "text": "Hi [FIRSTNAME]! {{message}} {{button}}"})
    assert answer.status_code == 302
    say(ticket, sam, "Done.")
    assert "Hi Anna!" in letter_to(anna).text


def test_an_unknown_field_is_named_on_the_page_and_nothing_is_saved(client_of, operator, template):
    row = template()
    form = {"kind": "reply", "department": "", "language": "", "subject": "", "html": ""}
    page = client_of(operator).post(f"{ADMIN}{row.pk}/change/", {**form, "text": "{{message}} {{button}} {{tiket}}"})
    assert "There is no field {{tiket}}." in page.text
    assert LetterTemplate.objects.get().text == row.text


def test_the_preview_shows_a_ticket_and_a_test_goes_to_the_operator_alone(client_of, operator, ticket, anna, template):
    row, browser = template(text="Hi [FIRSTNAME]! {{message}} {{button}}"), client_of(operator)
    page = browser.get(f"{ADMIN}{row.pk}/preview/?ticket={ticket.number.lower()}").text
    assert "Hi Anna!" in page and "The cart answers 502." in page
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    browser.post(f"{ADMIN}{row.pk}/test/", {"ticket": ticket.number})
    mail = OutgoingMail.objects.exclude(pk__in=before).get()
    assert mail.to_address == operator.email and "Hi Anna!" in mail.text
    assert mail.reference == "" and mail.headers["Auto-Submitted"] == "auto-generated"


def test_the_preview_of_a_ticket_that_is_not_there_says_so(client_of, operator, template, ticket):
    page = client_of(operator).get(f"{ADMIN}{template().pk}/preview/?ticket=%3Cb%3E").text
    assert "There is no ticket &lt;b&gt;." in page


def test_the_difference_is_shown_and_one_click_goes_back_to_the_shipped_letter(
    client_of, operator, template, ticket, anna, sam, say
):
    row, browser = template(text="Hi [FIRSTNAME]!\n\n{{message}}\n\n{{files}}\n\n{{button}}"), client_of(operator)
    page = browser.get(f"{ADMIN}{row.pk}/shipped/").text
    assert "Hi [FIRSTNAME]!</ins>" in page and "{{actor}} answered on {{moment}}:</del>" in page
    assert "<span>{{message}}</span>" in page
    browser.post(f"{ADMIN}{row.pk}/shipped/")
    assert not LetterTemplate.objects.exists()
    say(ticket, sam, "Done.")
    assert "answered on" in letter_to(anna).text


def test_staff_who_are_no_operators_have_no_business_here(client_of, sam, lena, template):
    row = template()
    for person in (sam, lena):
        for page in ("change", "preview", "shipped"):
            assert client_of(person).get(f"{ADMIN}{row.pk}/{page}/").status_code == 403
        assert client_of(person).post(f"{ADMIN}{row.pk}/test/").status_code == 403


# --- The older way ----------------------------------------------------------------------------------------------------


def test_a_template_goes_before_the_notice_of_closing_by_itself(ticket, anna, sam, say, template):
    """S175: the setting of a department stays for whoever used it; the template is the whole letter."""
    portal = Portal.get()
    portal.auto_close_notice = "Old words."
    portal.save(update_fields=["auto_close_notice"])
    row = template(Kind.AUTO_CLOSED, text="Closed after {{ticket.idle}}. {{ticket.reopen}} {{button}}")
    with translation.override("en"):
        text = previews.preview(row, ticket, operator=sam).text
    assert "Closed after 5 days." in text and "that opens it again" in text and "Old words." not in text


# --- Fields in replies ------------------------------------------------------------------------------------------------


def test_a_reply_of_ours_names_the_client_by_merge_fields(ticket, anna, sam, client_of):
    """S148: in the thread, in the mail and in the preview."""
    browser, text = client_of(sam), "Hello [FIRSTNAME] ([NAME], [EMAIL]), [sic]"
    assert "Hello Anna (Anna Harding" in browser.post(f"/t/{ticket.number}/preview/", {"message": text}).text
    User.objects.filter(pk=sam.pk).update(undo_seconds=0)
    browser.post(f"/t/{ticket.number}/reply/", {"message": text})
    message = ticket.messages.latest("number")
    assert message.body == "Hello Anna (Anna Harding, anna@example.com), [sic]"
    assert message.body in letter_to(anna).text


def test_what_a_client_writes_is_left_as_it_is(ticket, anna, client_of):
    browser = client_of(anna)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Your mail says [FIRSTNAME]."})
    assert ticket.messages.latest("number").body == "Your mail says [FIRSTNAME]."
    assert "[FIRSTNAME]" in browser.post(f"/t/{ticket.number}/preview/", {"message": "[FIRSTNAME]"}).text
