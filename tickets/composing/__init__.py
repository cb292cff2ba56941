"""What somebody is writing before it is a message: drafts, predefined replies, merge fields, the look before sending.

Nothing here sends; that is actions/. Called by the doors of the composer and by bulk acts.
"""
