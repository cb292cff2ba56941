"""What happens to tickets by itself, in time: due timers, escalation rules, digests.

It decides when; what is done is an action. Called by tasks.py, and rules by events.CONSUMERS.
"""
