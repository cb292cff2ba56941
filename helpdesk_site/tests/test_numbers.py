"""Numbers as people read them: separated by thousands as their language does it, and still numbers."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import ngettext

from helpdesk_site.lib.numbers import Number, readable
from helpdesk_site.lib.spans import clock_of

APART = "\N{NO-BREAK SPACE}"
COUNTED = "{% blocktranslate count n=n|number %}{{ n }}{% plural %}{{ n }}{% endblocktranslate %}"


@pytest.mark.parametrize(
    ("language", "whole", "amount"),
    [
        ("en", "1,312", "1,312.50"),
        ("fr", f"1{APART}312", f"1{APART}312,50"),
        ("ru", f"1{APART}312", f"1{APART}312,50"),
        ("pt-br", "1.312", "1.312,50"),
    ],
)
def test_thousands_are_separated_as_the_language_does_it(language, whole, amount):
    shown = Template("{% load ui i18n %}{{ n|number }} " + COUNTED)
    with translation.override(language):
        assert (str(Number(1312)), readable(Decimal("1312.50")), clock_of(1312 * 60 + 5)) == (
            whole,
            amount,
            f"{whole}:05",
        )
        assert shown.render(Context({"n": 1312})) == f"{whole} {whole}"
        assert (str(Number(999)), clock_of(65), readable(None), readable("")) == ("999", "1:05", None, "")


def test_it_is_a_number_to_plural_forms():
    assert Number(2) + 1 == 3
    with translation.override("ru"):
        said = {n: ngettext("%(n)s ticket closed.", "%(n)s tickets closed.", Number(n)) for n in (1001, 1002, 1005)}
    assert len(set(said.values())) == 3
