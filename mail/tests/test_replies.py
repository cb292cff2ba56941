"""What is new in a mail: nothing of it is lost, and the old mails are left out, in the languages of their programs."""

import textwrap

import pytest

from mail.parsing.labels import DATE, FROM, LABELS, SUBJECT, TO
from mail.parsing.phrases import listed
from mail.parsing.replies import new_text, split_text
from mail.parsing.signatures import is_sent_from, without_signature

from .attributions import ATTRIBUTIONS

NEW = "Thank you, that works now.\n\nOne more question: what about the 2nd invoice?"
OLD = "Dear Anna,\n\nplease try again.\n\nYour desk"
QUOTED = "\n".join(f"> {line}".rstrip() for line in OLD.split("\n"))
WORDS_TO_WRAP = {"break_long_words": False, "break_on_hyphens": False}


# Old mails below


@pytest.mark.parametrize("language", ATTRIBUTIONS)
@pytest.mark.parametrize(
    "shape",
    [
        "{new}\n\n{line}\n\n{quoted}\n",
        "{new}\n{line}\n{quoted}",
        "{new}\n\n{line}\n\n{old}\n",
        "{new}\n\n{wrapped}\n\n{quoted}\n",
        "{new}\n\n{wrapped}\n\n{old}\n",
        "{new}\n\n{bracket}\n\n{quoted}\n",
        "{new}\n\n> {line}\n>\n{quoted}\n",
        "{line}\n\n{quoted}\n\n{new}",
    ],
    ids=["quoted", "tight", "unmarked", "wrapped", "wrapped unmarked", "broken at a bracket", "inside", "above"],
)
def test_the_old_mail_is_left_out_in_every_language(language, shape):
    for line in ATTRIBUTIONS[language]:
        text = shape.format(
            new=NEW, line=line, old=OLD, quoted=QUOTED, wrapped=textwrap.fill(line, 60, **WORDS_TO_WRAP),
            bracket=line.replace(" <", " <\n", 1),
        )  # fmt: skip
        assert new_text(text) == NEW, line


@pytest.mark.parametrize("language", sorted(LABELS[FROM]))
@pytest.mark.parametrize("entry", ["{}: {}", "*{}:* {}", "**{}:** {}", "{} : {}", "{}：{}", "   {}:\t{}", "> {}: {}"])
def test_an_old_mail_under_its_head_is_left_out_in_every_language(language, entry):
    """Outlook and its like put no marks before the old mail, only its head above it."""
    labels = [listed(LABELS[kind].get(language, LABELS[kind]["en"]))[0] for kind in (FROM, DATE, TO, SUBJECT)]
    values = ["Anna Bell <anna@example.org>", "3.11.2026 09:12", "Desk <desk@example.com>", "Re: your invoice"]
    head = "\n".join(entry.format(label, value) for label, value in zip(labels, values, strict=True))
    old = QUOTED if entry.startswith(">") else OLD
    for between in ("\n\n", "\n", "\n\n________________________________\n"):
        assert new_text(f"{NEW}{between}{head}\n\n{old}") == NEW


@pytest.mark.parametrize(
    "old",
    [
        "-----Original Message-----\n\nplease try again",
        "-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: gestern\n\nbitte",
        "-------- Message d'origine --------\nDe : Desk <desk@example.com>\nDate : 3/11/2026\n\nréessayez",
        "-------- Исходное сообщение --------\nОт: Desk\n\nпопробуйте",
        "------------------ 原始邮件 ------------------\n发件人: \"Desk\";\n\n你好",
        "----- Mensagem original -----\nDe: Desk\n\ntente",
        "From: Bell, Anna\nSent: 3 November 2026 09:12\nTo: Desk\nSubject: Invoice\n\nplease",
        "From: Anna Bell\n<anna@example.org>\nSent: 3 November 2026\nTo: Desk <desk@example.com>; Ben\n"
        "<ben@example.com>\nSubject: An invoice\n\nplease",
        "From: anna@example.org\n\nDate: 3 Nov 2026\nTo: desk@example.com\n\n\nSubject: Invoice\n\n\nplease",
        "Date: Tue, 3 Nov 2026 09:12:00 +0100\nTo: desk@example.com\n\nplease",
        "---- On Tue, 3 Nov 2026 09:12:26 +0100 anna@example.org wrote ----\n\nplease",
        "> --- Please reply above this\n> line ---\n>\n> your ticket",
        "##- Please type your reply above this line -##\n\nyour ticket",
        "---- Répondez au-dessus de cette ligne ----\n\nvotre demande",
        "Ответьте выше этой строки.\n\nваш запрос",
        "> Subject: Invoice\n> From: anna@example.org\n> To: desk@example.com\n> Date: 3 Nov 2026\n>\n> please",
        "> please try again\n>\n> Your desk",
        "On Tue, Nov 3, 2026 at 9:12 AM Anna Bell\n\n<\nmailto:Anna Bell <anna@example.org>\n> wrote:\nplease",
        "tir. 3. nov. 2026 kl. 09:12 skrev Anna Bell <anna@example.org\n>:\n\n> prøv igjen",
        "Anna Bell <anna@example.org> wrote:\n\nplease",
        "Anna Bell wrote:\n> please",
        "____________________\nFrom: Anna <anna@example.org>\nSent: Tuesday, 3 November 2026 09:12\n\nplease",
    ],
)
def test_what_programs_put_above_old_mails_is_known(old):
    assert new_text(f"{NEW}\n\n{old}") == NEW


def test_an_attribution_behind_new_text_in_its_line_is_cut_off():
    assert new_text("Yes, please. On Tue, 3 Nov 2026 at 9:12, anna@example.org wrote:\n> Shall we?") == "Yes, please."


def test_the_rest_is_the_old_mail():
    new, old = split_text(f"{NEW}\n\nOn 3 Nov 2026, at 9:12, Anna <anna@example.org> wrote:\n\n{QUOTED}")
    assert (new, old) == (NEW, f"On 3 Nov 2026, at 9:12, Anna <anna@example.org> wrote:\n\n{QUOTED}")


# Answers between


def test_answers_stay_with_the_lines_they_answer():
    """The issue: new text is never lost; answers stand between the lines they answer."""
    text = textwrap.dedent("""\
        On Tue, 3 Nov 2026 at 9:12, Desk <desk@example.com> wrote:
        > Which order is it?

        KX-17.

        > And your address?

        Bell Street 4.

        > Kind regards
        > Your desk""")
    assert new_text(text) == text[:text.index("\n\n> Kind regards")]


def test_an_answer_below_one_whole_old_mail_stands_alone():
    assert new_text(f"On 3 Nov 2026, Anna <a@example.org> wrote:\n{QUOTED}\n\n{NEW}") == NEW
    text = f"Hello,\n\nOn 3 Nov 2026, Anna <a@example.org> wrote:\n{QUOTED}\n\n{NEW}"
    assert new_text(text) == f"Hello,\n\n{NEW}"


def test_quoted_lines_nobody_is_named_for_stay_above_their_answer():
    text = "> Which order is it?\n\nKX-17."
    assert new_text(text) == text


def test_a_quoted_line_that_a_program_broke_is_no_answer():
    text = (
        f"{NEW}\n\nOn 3 Nov 2026, Anna <a@example.org> wrote:\n\n"
        "> Please send us the number of the contract, which you find above on the\nright of each letter\n> of ours.\n"
        "> See https://desk.example.com/help/where-is-my-number/and-what-if-not?from=\nmail&to=you\n> or ask."
    )
    assert new_text(text) == NEW


def test_a_short_answer_below_a_long_question_is_no_broken_line():
    text = (
        "On 3 Nov 2026, Anna <a@example.org> wrote:\n"
        "> Could you please send us the number of the contract that was signed last year?\nyes, it is 123\n"
        "> And when does it end?\nIn May."
    )
    assert new_text(text) == text


def test_who_says_that_the_answers_are_below_is_taken_at_their_word():
    text = "See my answers below in red.\n\nFrom: Desk <d@example.com>\nSent: 3 Nov 2026 9:12\nTo: A\n\nWhy? Because."
    assert new_text(text) == text


# What is no old mail


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nOn 3 May 2026 you wrote:\n\n\"Please send the form again.\"\n\nI did and heard nothing.",
        "On 12 March I wrote:\n\nplease cancel my contract\n\nand you did not answer.",
        "Am 12.03.2026 um 10:00 schrieb mir Ihr Kollege:\n\nBitte senden Sie das Formular.\n\nDas habe ich getan.",
        "3 мая 2026 г. в 10:00 мне написал ваш сотрудник:\n\nПришлите форму.\n\nЯ прислал.",
        "Bonjour,\n\nLe 3 mai 2026, j'ai écrit :\n\nmerci de résilier\n\nSans réponse.",
        "My flight:\n\nFrom: Oslo\nTo: Lima\nDate: 3 May 2026\n\nPlease book a seat.",
        "A form\n\nFrom: Anna Bell <anna@example.org>\nSubject: Invoice\n\nThe invoice is wrong.",
        "For you\n\nName: Anna\nDate: 3 May 2026 10:00\nTo: Room 5\n\nPlease deliver there.",
        "The error is:\n\nFrom: field is missing\nDate: field is missing\nSubject: field is missing\n\nWhat now?",
        "I get this:\n\nReceived: from a by b\nFrom: A <a@example.org>\nDate: 3 Nov 2026 9:12\nTo: b@example.org\n"
        "Subject: Buy\n\nHow do I stop it?",
        "Why?\n\nFrom: A <a@example.org>\nDate: 3 Nov 2026 9:12\nTo: b@example.org\nMessage-ID: <x@y>\n\nHow so?",
        "Tel.: 12345\nE-Mail: anna@example.org\nDatum: 3.5.2026 10:00\nBetreff: Rechnung\n\nDie Rechnung ist falsch.",
        "I see this:\n\n> Error 500\n> at line 7",
        "Run this:\n> make all\nand tell me what it says.",
        "Hi,\n\n--- Point one ---\nText\n\n--- Point two ---\nText",
        "We met on 3 May 2026 at 10:00 with Anna Bell <anna@example.org>:\n\nshe said yes.",
        "On 3 May 2026 at 10:00 Mr Smith wrote\nthat the order was sent. It was not.",
        "It says \"Original message\" and then nothing.\n\nOriginal Message: what is it?\n\nThanks",
        "Reply above this line is what your mail says, but where?",
        "Question one\n--\nQuestion two, a long one:\n" + "and so on\n" * 20 + "the end",
        "Hello\n\nSent from my desk, which is easier than the telephone.",
        "Best regards,\nAnna Bell\nBell & Sons",
        "-- \n\n\"a\"",
    ],
)
def test_what_a_person_may_have_written_stays(text):
    """The issue: new text is never lost."""
    assert new_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "> only a quote\n> of two lines",
        "-- \nonly a signature",
        "Sent from my iPhone",
        "On Tue, 3 Nov 2026 at 9:12, Anna <anna@example.org> wrote:\n\n> x",
        "-----Original Message-----\nFrom: a@example.org\nDate: 3 Nov 2026\n\nx",
        "From: a@example.org\nSent: 3 Nov 2026\nTo: b@example.org\nSubject: c\n\nx",
        "👍",
        "...",
    ],
)
def test_a_mail_that_has_words_is_never_empty(text):
    assert new_text(text) == text


def test_a_mail_of_nothing_has_no_new_text():
    assert new_text("") == new_text(" \n\n") == ""


def test_a_mail_passed_on_is_new_to_its_reader():
    text = f"See below.\n\n---------- Forwarded message ---------\nFrom: A <a@example.org>\nSubject: B\n\n{OLD}"
    assert new_text(text) == text
    text = f"See below.\n\n> Begin forwarded message:\n>\n> From: A <a@example.org>\n>\n{QUOTED}"
    assert new_text(text) == text


def test_lines_beyond_the_limit_stay():
    text = "a\n" * 30_000 + "On Tue, 3 Nov 2026 at 9:12, Anna <anna@example.org> wrote:\n> x"
    assert new_text(text) == text


# Signatures


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nAnna Bell\nBell & Sons",
        "--\nAnna Bell",
        "Sent from my iPhone",
        "Sent from my Fairphone",
        "(sent from my mobile device)",
        "Sent from Outlook for Android<https://aka.example/x>",
        "Get Outlook for iOS",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS",
        "Отправлено с iPhone",
        "Отправлено из Почты Mail.ru",
        "Enviado do meu iPhone",
        "Enviado a partir do meu telemóvel",
        "Von meinem iPhone gesendet",
        "Gesendet mit der WEB.DE Mail App",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
        "Wysłano z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Odoslané z iPhonu",
        "Poslano s mog iPhonea",
        "Trimis de pe iPhone-ul meu",
        "Изпратено от моя iPhone",
        "Надіслано з iPhone",
        "Στάλθηκε από το iPhone μου",
        "iPhone'umdan gönderildi",
        "أُرسلت من الـ iPhone",
        "ส่งจาก iPhone ของฉัน",
        "Đã gửi từ iPhone của tôi",
        "Dikirim dari iPhone saya",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "发自我的iPhone",
        "從我的 iPhone 傳送",
        "--\nAnna Bell\n\nSent from my iPhone",
        "__________________\nusers mailing list\nusers@example.org\nhttps://example.org/mailman/listinfo/users",
    ],
)
def test_what_programs_put_below_is_left_out(ending):
    assert without_signature(f"{NEW}\n\n{ending}") == (NEW, ending)
    assert new_text(f"{NEW}\n\n{ending}\n\nOn 3 Nov 2026, Anna <a@example.org> wrote:\n{QUOTED}") == NEW


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, which is easier than the telephone.",
        "Sent from a quiet corner of the world",
        "Sent by DHL",
        "Sent from Paris",
        "Enviado por Correos",
        "Gesendet mit DHL",
        "Отправлено с Почтой России",
        "Envoyé par la Poste de Lyon",
        "The notification was sent from my iPhone app",
        "Sent from the warehouse on time, or was it? I ask",
        "Отправлено вчера, но не получено",
    ],
)
def test_a_sentence_is_not_what_a_telephone_puts_below(line):
    assert not is_sent_from(line)


def test_text_below_what_a_telephone_puts_there_stays():
    text = "Yes.\n\nSent from my iPhone\n\nP.S. The number is 7."
    assert new_text(text) == text
