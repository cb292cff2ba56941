"""Letters in: ways in, the raw store, parsing. Letters out: the outbox, its delivery and its delivery states.

Knows addresses, never departments or tickets. Upper floors call `mail.intake`, `mail.parsing.parse`,
`mail.outbox.enqueue`.
"""
