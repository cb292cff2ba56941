"""Mails that somebody passed on, in the languages and shapes of their programs (the issue: staff by mail, forwards)."""

import pytest

from mail.parsing.announcements import FORWARDED, ORIGINAL
from mail.parsing.forwards import forward_of, passes_on
from mail.parsing.labels import DATE, FROM, LABELS, SUBJECT, TO
from mail.parsing.letter import Address
from mail.parsing.phrases import listed

from .attributions import ATTRIBUTIONS

ANNA = Address("Anna Bell", "anna@example.org")
HEAD = "From: Anna Bell <anna@example.org>\nDate: 3 Nov 2026 09:12\nTo: desk@example.com\nSubject: My invoice"
BODY = "Hello,\n\nit is wrong.\n\nAnna"
QUOTED = "\n".join(f"> {line}".rstrip() for line in f"{HEAD}\n\n{BODY}".split("\n"))


def read(subject, text):
    found = forward_of(subject, text)
    return found and (found.sender, found.subject, found.body, found.words)


@pytest.mark.parametrize("language", sorted(FORWARDED))
def test_what_announces_a_mail_passed_on_is_known_in_every_language(language):
    for words in listed(FORWARDED[language]):
        for line in (f"---------- {words} ---------", f"-----{words}-----", f"{words}:", f"*{words}:*"):
            text = f"Please help her.\n\n{line}\n{HEAD}\n\n{BODY}"
            assert read("A question", text) == (ANNA, "My invoice", BODY, "Please help her."), line
        text = f"Please help her.\n\n> {words}:\n>\n{QUOTED}\n\nThank you"
        assert read("A question", text) == (ANNA, "My invoice", BODY, "Please help her.\n\nThank you")


@pytest.mark.parametrize("language", sorted(ORIGINAL))
def test_an_old_mail_is_passed_on_when_the_subject_says_so(language):
    words = listed(ORIGINAL[language])[0]
    text = f"Please help her.\n\n----- {words} -----\n{HEAD}\n\n{BODY}"
    assert read("Fwd: My invoice", text) == (ANNA, "My invoice", BODY, "Please help her.")
    assert forward_of("Re: My invoice", text) is None


@pytest.mark.parametrize("language", sorted(LABELS[FROM]))
def test_heads_are_read_in_every_language(language):
    labels = [listed(LABELS[kind].get(language, LABELS[kind]["en"]))[0] for kind in (FROM, DATE, TO, SUBJECT)]
    values = ["Anna Bell <anna@example.org>", "3.11.2026 09:12", "Desk <desk@example.com>", "My invoice"]
    for entry in ("{}: {}", "*{}:* {}", "{} : {}", "{}：{}", "> {}: {}", "{}: \t{}"):
        head = "\n".join(entry.format(label, value) for label, value in zip(labels, values, strict=True))
        body = "\n".join(f"> {line}".rstrip() for line in BODY.split("\n")) if entry.startswith(">") else BODY
        found = forward_of("Fw: x", f"Please help her.\n\n{head}\n\n{body}")
        assert found.sender == ANNA and found.date == "3.11.2026 09:12"
        assert (found.subject, found.body, found.words) == ("My invoice", BODY, "Please help her.")


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_an_attribution_names_the_sender_when_there_is_no_head(language):
    """Outlook for Mac passes on like that, the old mail indented."""
    for line in ATTRIBUTIONS[language]:
        found = forward_of("FW: My invoice", f"Please help her.\n\n{line}\n\n    Hello,\n\n    it is wrong.\n")
        if "anna@" in line:
            assert found.sender.address == ANNA.address
            assert (found.subject, found.body) == ("My invoice", "Hello,\n\nit is wrong.")
            assert found.words == "Please help her."


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("Anna Bell <anna@example.org>", "Anna Bell", "anna@example.org"),
        ('"Bell, Anna" <anna@example.org>', "Bell, Anna", "anna@example.org"),
        ("Bell, Anna <anna@Example.ORG>", "Bell, Anna", "anna@example.org"),
        ("'Anna Bell' [mailto:anna@example.org]", "Anna Bell", "anna@example.org"),
        ("Anna Bell<mailto:anna@example.org>", "Anna Bell", "anna@example.org"),
        ("Anna Bell <anna@example.org<mailto:anna@example.org>>", "Anna Bell", "anna@example.org"),
        ("Anna Bell (anna@example.org)", "Anna Bell", "anna@example.org"),
        ("anna@example.org <anna@example.org>", "", "anna@example.org"),
        ("<anna@example.org>", "", "anna@example.org"),
        ("anna@example.org", "", "anna@example.org"),
        ("*Anna* <anna@example.org>", "Anna", "anna@example.org"),
        ("Anna Bell", "Anna Bell", ""),
        ("Anna Bell\n<anna@example.org>", "Anna Bell", "anna@example.org"),
        ("Anna Bell <anna@example.org> On Behalf Of Sales", "Anna Bell", "anna@example.org"),
    ],
)
def test_names_and_addresses_are_read_as_programs_write_them(value, name, address):
    text = f"-------- Forwarded Message --------\nSubject: S\nDate: 3 Nov 2026\nFrom: {value}\nTo: d@example.com\n\nB"
    assert forward_of("x", text).sender == Address(name, address)


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        ("From: a@example.org\nSubject: A subject that goes\non and on\nTo: b@c.de", "A subject that goes on and on"),
        (f"From: a@example.org\nTo: b@c.de\nSubject: {'long ' * 13}subject\nof May", f"{'long ' * 13}subject of May"),
        ("From: a@example.org\n\nDate: 3 Nov 2026\nTo: b@c.de\n\n\nSubject: Gaps", "Gaps"),
        ("Subject: First\nFrom: a@example.org\nTo: b@c.de", "First"),
        ("From: a@example.org\nDate: 3 Nov 2026 9:12\nTo: b@c.de", "hello"),
        ("From: a@example.org\nSubject: \nTo: b@c.de", "hello"),
        ("De : a@example.org\nÀ : b@c.de Objet : Même ligne", "Même ligne"),
    ],
)  # fmt: skip
def test_the_subject_is_found_wherever_it_stands(head, subject):
    found = forward_of("Fwd: hello", f"---------- Forwarded message ----------\n{head}\n\n{BODY}")
    assert (found.sender.address, found.subject, found.body) == ("a@example.org", subject, BODY)


def test_a_body_may_follow_its_head_at_once():
    assert read("FW: x", f"{HEAD}\n{BODY}") == (ANNA, "My invoice", BODY, "")


def test_a_head_on_one_line_is_parted():
    line = (
        'Please help.\n  ----- Mensaje reenviado ----- De: Anna Bell <anna@example.org>Para: "d@example.com" '
        "<d@example.com>CC: B <b@example.com>Enviado: martes, 3 de noviembre de 2026, 09:12:26 CETAsunto: My invoice\n"
    )
    assert read("Fwd: x", f"{line} {BODY}") == (ANNA, "My invoice", f" {BODY}", "Please help.")


def test_lines_a_program_broke_belong_to_the_quoted_body():
    text = f"Forwarded message:\n\n{QUOTED}\nand one more line\n> and the last.\n\nPlease help."
    found = forward_of("Fwd: x", text)
    assert found.body.endswith("Anna\nand one more line\nand the last.") and found.words == "Please help."


def test_history_inside_the_mail_passed_on_stays_with_it():
    inner = f"{BODY}\n\nOn 3 Nov 2026, at 9:12, Desk <d@example.com> wrote:\n\n> Which one?"
    assert read("Fwd: x", f"---------- Forwarded message ---------\n{HEAD}\n\n{inner}")[2] == inner


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Fwd: x", f"Thanks.\n\nOn 3 Nov 2026, A <a@b.cc> wrote:\n> ----- Forwarded message ----\n{QUOTED}"),
        ("Re: x", f"Thanks.\n\n{HEAD}\n\n---------- Forwarded message ---------\n{HEAD}\n\n{BODY}"),
        ("Re: x", f"Thanks.\n\n{HEAD}\n\n{BODY}"),
        ("A question", f"Thanks.\n\n{QUOTED}"),
        ("Forwarding does not work", "How do I forward?"),
        ("Fwd: look", "Nothing is here."),
        ("I have a question", f"Hi\n\n{HEAD}\n\n{BODY}"),
        ("Forwarded message", "I got a forwarded message:\n\nwhat now?"),
        ("VS: laskuni", "Kiitos.\n\nLähettäjä: A <a@b.cc>\nLähetetty: 3.11.2026\nVastaanottaja: D\nAihe: x\n\nHei"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_no_mail_passed_on(subject, text):
    """A client's answer never changes whose ticket it is."""
    assert forward_of(subject, text) is None


@pytest.mark.parametrize(
    "subject",
    "Fwd: x|FW: x|Fw:x|WG: x|TR : x|RV: x|ENC: x|I: x|PD: x|VS: x|VB: x|VL: x|Doorst: x|Továbbítás: x|İLT: x|ΠΡΘ: x"
    "|转发：x|轉寄: x|転送: x|[EXT] FW: x|(spam) Fwd: x|Fwd[2]: x|x (fwd)|Redir.: x|Пересл: x|Fwd: Re: x".split("|"),
)
def test_subjects_that_say_so(subject):
    assert passes_on(subject)


@pytest.mark.parametrize(
    "subject", "Re: Fwd: x|AW: WG: x|Forward planning: x|Transfer: x|x Fwd: y|Fwd|I need: x|Trouble: x|".split("|")
)
def test_subjects_that_do_not(subject):
    assert not passes_on(subject)
