"""People: users, organisations, memberships, services, sign-in, guest passes, profile.

No tickets here: a guest pass names its ticket by number only. Upper floors read people; nobody below does.
"""
