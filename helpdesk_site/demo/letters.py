"""Mails that came to the demo's desk and wait for somebody to decide: (hours ago, headers, text)."""

LETTERS = [
    (
        1,
        {"From": "Dora Duck <dora@duckpond.example>", "To": "support@example.com", "Subject": "Prices for three shops"},
        "Hello,\n\nwe run three shops and look for a new home for them. What would that cost?\n\nDora Duck",
    ),
    (
        3,
        {"From": "Theo Marsh <theo@marsh.example>", "To": "support@example.com", "Subject": "Cannot sign in any more"},
        "Hello,\n\nsince yesterday the portal does not know me. My colleague at the same desk gets in.\n\nTheo Marsh",
    ),
    (
        5,
        {"From": "Lucky Draw <winner@luckydraw.example>", "To": "sales@example.com", "Subject": "You have WON"},
        "Dear winner,\n\nclaim your prize within the next 24 hours: https://luckydraw.example/claim",
    ),
    (
        20,
        {"From": "Ben Ortega <ben@example.com>", "To": "support@example.com", "Subject": "From the train"},
        "#close\n\nDone, I have called them.",
    ),
    (
        26,
        {"From": "Postfach <holiday@kanzlei.example>", "To": "billing@example.com", "Subject": "Abwesend",
         "Auto-Submitted": "auto-replied"},
        "Ich bin bis Montag nicht im Haus.",
    ),
]  # fmt: skip
