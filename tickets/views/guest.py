"""Guests come in by accounts.guests; the door is named here for the URLconf."""
from accounts.guests import way_in

__all__ = ["way_in"]
