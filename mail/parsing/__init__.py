"""From the bytes of a mail to what it says (RFC 5322, 2045-2049, 3464, 3834, 8601): pure, linear, never an exception.

Whatever the bytes are, `parse` answers with a Letter; what had to be left out is named in its `trouble`. Reading under
limits of time and memory is the warden's work.
"""

from .letter import Address, AuthenticationResult, Bounce, Event, File, Forward, Letter
from .reader import parse

__all__ = ["Address", "AuthenticationResult", "Bounce", "Event", "File", "Forward", "Letter", "parse"]
