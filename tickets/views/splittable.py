"""The messages of a ticket as the page that splits it shows them: each with a box, if it can be moved."""

from dataclasses import dataclass

from .lines import kind_of


@dataclass(frozen=True)
class Row:
    """One message of the thread: `moves` says whether it can be ticked, `is_ticked` whether it is."""

    message: object
    author: object
    html: str
    files: list
    kind: str
    moves: bool
    is_ticked: bool


def rows(thread, *, moved, ticked):
    """The Rows of a desk_thread.Thread, in its order. `moved` are the ids of messages that have a ticket of their own
    already, `ticked` the values sent."""
    return [
        Row(
            message=row.message,
            author=row.author,
            html=row.html,
            files=row.files,
            kind=kind_of(row.message),
            moves=row.message.pk not in moved and row.message.deleted_at is None,
            is_ticked=str(row.message.pk) in ticked,
        )
        for row in thread.rows
        if row.is_message
    ]
