"""What the floors above may hear (ARCHITECTURE, "Floors"): signals point upstairs only."""
from django.dispatch import Signal

# A person works in fewer places than before, or nowhere: what they looked after there wants another hand.
# Arguments: user, by (who did it, or None). Receivers return how many tickets they freed.
work_taken = Signal()

# A signed-in person followed a guest's link: may they see that ticket as themself? Receivers answer True or False.
# Arguments: viewer, ticket_number.
sight_asked = Signal()
