"""Russian: the month in its genitive beside a day; Django has it so in longer dates only."""

MONTH_DAY_FORMAT = "j E"
