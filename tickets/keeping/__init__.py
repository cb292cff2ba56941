"""What is kept and how it goes: files, the chain of history, redaction, deletion for good.

The doors to files are views/files; the rows of history are written in events.
"""
