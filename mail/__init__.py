"""Letters out: the outbox, its delivery and its delivery states. Letters in come with their issue.

Knows addresses, never departments or tickets. Upper floors call `mail.outbox.enqueue`.
"""
