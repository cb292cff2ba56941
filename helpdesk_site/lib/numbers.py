"""Numbers as people read them, in their language: “1,312”, “1 312”, “1.312”."""

from django.utils.formats import number_format


class Number(int):
    """How many there are: printed as people read it, and still a number for the plural forms of ngettext."""

    def __str__(self):
        return number_format(int(self), force_grouping=True)


def readable(number):
    """A number for people: a whole one as a Number, an amount with its decimals; what is none stays as it is."""
    if isinstance(number, int):
        return Number(number)
    return number if number in (None, "") else number_format(number, force_grouping=True)
