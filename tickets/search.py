"""Search: text is folded and stemmed in Python, the engines only match (STACK, 9)."""


def create(ticket):
    """Index a new ticket's subject and number."""


def add(ticket, text, *, is_note):
    """Add a message's or note's text to its ticket's document."""


def reindex(ticket):
    """Write the ticket's documents anew from its messages."""


def matching(tickets, words, *, notes=False):
    """The tickets of the queryset that match all words."""
    return tickets.filter(subject__icontains=words)
