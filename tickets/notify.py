"""Who is told of what, and why."""


def about(events):
    """Tell everybody concerned of the events of one click."""
