"""Who is told of what, and the letters that tell them.

Rows are written here and never sent: that is mail.outbox. Called by events.record and by the pages of letter templates.
"""
