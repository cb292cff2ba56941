"""French: a date and its hour are joined by a word."""

DATETIME_FORMAT = "j F Y à H:i"
