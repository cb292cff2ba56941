"""What the floors above may hear (ARCHITECTURE, "Floors"): signals point upstairs only."""
from django.dispatch import Signal

# A person may no longer sign in, or is staff no more: their tickets want another hand.
# Arguments: user, by (who did it, or None).
person_deactivated = Signal()

# A signed-in person followed a guest's link: may they see that ticket as themself? Receivers answer True or False.
# Arguments: viewer, ticket_number.
sight_asked = Signal()
