"""Every code that says why a mail ended as it did has words for staff: what happened, and what can be done."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from mail import reasons as mail_reasons
from tickets.inbound import reasons

ROOM = Path(settings.BASE_DIR)
FILES = [*(ROOM / "tickets/inbound").glob("*.py"), ROOM / "mail/intake.py", *(ROOM / "mail/parsing").glob("*.py")]
CODE = re.compile(
    r"""(?:Verdict\(Outcome\.\w+,|Result\(Outcome\.\w+,|reason=|reason\ =|Unreadable\()\s*"(\w+)\"""", re.VERBOSE
)


def codes():
    found = set()
    for path in FILES:
        found |= set(CODE.findall(path.read_text()))
    return sorted(found | {"too_heavy", "put_aside"})


def test_codes_are_found():
    """The control."""
    assert {"not_known", "forged", "automatic", "gave_up", "too_slow", "blocked", "refused"} <= set(codes())


@pytest.mark.parametrize("code", codes())
def test_a_code_has_words_for_staff(code):
    row = reasons.of(code)
    assert code in reasons.REASONS
    assert str(row.what).endswith(".") and str(row.todo).endswith(".")


def test_the_log_of_the_operators_uses_the_same_words():
    with override("en"):
        assert mail_reasons.said("forged") == str(reasons.of("forged").what)


def test_a_code_nobody_named_is_shown_as_it_is():
    assert reasons.of("rained_out").what == "rained_out"
