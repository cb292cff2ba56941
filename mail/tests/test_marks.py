"""The mark hidden in our letters and the line to answer above: found again however they were quoted."""

import pytest

from mail import marks, outbox, pointers
from mail.parsing import marker, replies

LANGUAGES = [
    "Please write your answer above this line",
    "Пожалуйста, напишите ответ выше этой строки",
    "Merci d’écrire votre réponse au-dessus de cette ligne",
    "Escreva sua resposta acima desta linha",
    "Words an operator chose",
]


def test_the_mark_of_a_letter_leads_back_to_its_ticket():
    """mail/RULES, 3: some relays write a new Message-ID and some programs send no References."""
    mark = marks.hidden(outbox.new_message_id("KTR-482913#3"))
    token = marker.found(f"Thanks.\n\n> {mark}\n")
    assert pointers.of_message_id(token) == pointers.Pointer("KTR-482913")
    note = marker.found(marks.hidden(outbox.new_message_id("KTR-482913#N3")))
    assert pointers.of_message_id(note) == pointers.Pointer("KTR-482913", is_note=True)


def test_a_mark_that_was_made_up_leads_nowhere():
    """T10: a guessed number carries no key."""
    mark = marks.hidden(outbox.new_message_id("KTR-482913#3"))
    token = marker.found(mark.replace("482913", "482914"))
    assert token and pointers.of_message_id(token) is None


@pytest.mark.parametrize("words", LANGUAGES)
@pytest.mark.parametrize("mark", ["", "> ", "> > ", "| "])
def test_what_stands_below_the_line_is_no_answer(words, mark):
    letter = f"{marks.delimiter(words)}\n\nSam answered:\n\nTry again.\n"
    quoted = "".join(f"{mark}{line}\n" for line in letter.split("\n"))
    assert replies.new_text(f"It works now, thank you.\n\n{quoted}").strip() == "It works now, thank you."


def test_the_line_is_found_where_a_program_broke_it():
    text = "Thank you.\n\n> ##- Please write your answer above\n> this line -##\n> Sam answered:\n>\n> Try again.\n"
    assert replies.new_text(text).strip() == "Thank you."
