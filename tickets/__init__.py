"""The conversation: tickets, messages, attachments, events, notifications, the queue.

Every change goes through `tickets.actions`; every "who may" through `tickets.access`. Nobody below imports this app.
"""
