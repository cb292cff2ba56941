"""What the outbox tells the floors above."""
from django.dispatch import Signal

# `mail_failed.send(sender=OutgoingMail, mail=mail)`: the letter was given up. Sent inside the transaction that writes
# so, hence what a receiver writes is kept or lost together with the state. Receivers write rows only.
mail_failed = Signal()
