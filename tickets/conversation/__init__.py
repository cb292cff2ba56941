"""One ticket as it is read: its messages and events in order, in words, with what hangs on it.

Nothing here changes a ticket but how far somebody has read. thread is what a client reads, desk_thread what staff do.
"""
