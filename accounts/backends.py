"""Who is behind a session, read on every page: both by one statement, compiled once (lib/prepared).

Nothing that decides is kept between two requests: a session that was ended, or a person who may no longer come in, is
out at once. What a session said last is remembered, so that its person is read along with it and the same text is not
verified again; where it says something else by now, that counts.
"""

import threading

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db.models import Subquery
from django.db.models.functions import Now

from helpdesk_site.lib.prepared import Prepared, PreparedRows

from .models import User

MOST = 2000  # sessions remembered by a process; then it begins anew


def session_of(key):
    return SessionStore.get_model_class().objects.filter(pk=key, expire_date__gt=Now()).values("session_data")


person = PreparedRows(lambda pk: User.objects.filter(pk=pk))
stored = Prepared(session_of, slots=(str,))
both = PreparedRows(
    lambda pk, key: User.objects.filter(pk=pk).annotate(session_data=Subquery(session_of(key))),
    beside=("session_data",),
    slots=(int, str),
)
last = {}  # the key of a session: (its text, what that says)
at_hand = threading.local()  # `.person`: came with the session of this thread's request, and was not asked for yet


class Backend(ModelBackend):
    """Django's own, with its cheaper read of the person of a session."""

    def get_user(self, user_id):
        user, at_hand.person = getattr(at_hand, "person", None), None
        if user is None or user.pk != int(user_id):
            user = person.first(user_id)
        return user if user and self.user_can_authenticate(user) else None


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with a cheaper read that brings the person along."""

    def _validate_session_key(self, key):
        """Not what no key ever is: PostgreSQL refuses to look for a NUL."""
        return super()._validate_session_key(key) and key.isalnum()

    def load(self):
        remembered, said = last.get(self.session_key, ("", {}))
        text, at_hand.person = self.read(said.get(SESSION_KEY))
        if text is None:
            at_hand.person = self._session_key = None
            return {}
        return dict(said) if text == remembered else self.understood(text)

    def read(self, user_id):
        """(its text while it is valid, the person with this id); None for each that is not there."""
        for user in both.models(user_id, self.session_key) if user_id else ():
            return user.session_data, user
        return *next(iter(stored.rows(self.session_key)), (None,)), None

    def understood(self, text):
        said = self.decode(text)
        if len(last) >= MOST:
            last.clear()
        if not any(isinstance(value, dict | list) for value in said.values()):  # which a request could change in place
            last[self.session_key] = text, dict(said)
        return said
