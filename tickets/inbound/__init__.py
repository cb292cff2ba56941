"""Letters in: what becomes of a mail once its bytes are safe (ARCHITECTURE, "The life of a reply").

    taking   the way in: one mail, or all that wait            senders   who wrote it, and who vouches for that
    refusing what is kept without effect, held, or refused     placing   which ticket it belongs to
    opening  a new ticket from a mail                          joining   what a mail adds to a ticket
    commands words of staff at the top of their mail           filing    files and text of a mail
    polite   the short answers to what was not taken

Everything a mail does, it does by `tickets.actions`, in one transaction with the note of what became of it.
"""
