"""Russian: the month in its genitive beside a day, which Django has in longer dates only; a comma before the hour."""

DATETIME_FORMAT = "j E Y г., G:i"
MONTH_DAY_FORMAT = "j E"
