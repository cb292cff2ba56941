"""Brazilian Portuguese: months in small letters inside a date. Django's catalogue has them with a capital, so `E` takes
ours (helpdesk_site/formats/__init__.py)."""

DATE_FORMAT = r"j \d\e E \d\e Y"
DATETIME_FORMAT = r"j \d\e E \d\e Y à\s H:i"
MONTH_DAY_FORMAT = r"j \d\e E"
YEAR_MONTH_FORMAT = r"E \d\e Y"
