"""The stage: the cast is raised once a module, and each test that asks for it begins where it stands."""

import pickle

import pytest
from django.db import connection, transaction
from django.test import TestCase

REAL_TRANSACTIONS = {"transactional_db", "live_server", "django_db_reset_sequences"}


def plays(item):
    """Whether this test asks for the cast and is rolled back at its end."""
    names, marker = getattr(item, "fixturenames", ()), item.get_closest_marker("django_db")
    return "cast" in names and not REAL_TRANSACTIONS.intersection(names) and not (marker and marker.kwargs)


class Stage:
    """A pytest plugin that keeps a transaction around tests of a module that ask for the cast, in which it was raised.

    A test's own transaction lies within and is rolled back as ever; what it holds of the cast are copies. A test
    without the cast, with real transactions or of another module finds the stage cleared.
    """

    def __init__(self):
        self.blocker, self.wanted, self.around, self.cast = None, False, None, b""
        enter_atomics, stage = TestCase._enter_atomics.__func__, self

        def enter_on_stage(case):
            if stage.wanted and not stage.around:
                stage.set_up()
            return enter_atomics(case)

        TestCase._enter_atomics = classmethod(enter_on_stage)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        self.wanted = plays(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item, nextitem):
        try:
            return (yield)
        finally:
            if self.around and not (nextitem and nextitem.path == item.path and plays(nextitem)):
                self.clear()

    def set_up(self):
        from helpdesk_site.cast import raise_cast

        self.around = transaction.atomic()
        self.around._from_testcase = True
        self.around.__enter__()
        self.cast = pickle.dumps(raise_cast())

    def clear(self):
        around, self.around = self.around, None
        with self.blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            assert not connection.in_atomic_block

    def the_cast(self):
        """Everybody, as nobody has touched them yet."""
        from helpdesk_site.cast import raise_cast

        return pickle.loads(self.cast) if self.around else raise_cast()  # noqa: S301 - our own
