"""Cells of tables that spreadsheets open."""

from numbers import Number

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value):
    """Return what may stand in a cell: text that a spreadsheet would take for a formula begins with an apostrophe.

    Numbers stay as they are.
    """
    if isinstance(value, Number):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
