"""The cellar: pure helpers for text, tokens, pages, files, HTTP and dates.

No app of ours is imported here, nothing is stored here, and what lives here knows no ticket.
Any floor may call it.
"""
