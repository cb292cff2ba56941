"""What mail tells the floors above."""
from django.dispatch import Signal

# `mail_failed.send(sender=OutgoingMail, mail=mail)`: the letter was given up. Sent inside the transaction that writes
# so, hence what a receiver writes is kept or lost together with the state. Receivers write rows only.
mail_failed = Signal()

# `mail_arrived.send(sender=IncomingMail, row=row)`: a mail is in the raw store, and committed. Only a kick: whoever
# reads mails comes by anyhow.
mail_arrived = Signal()
