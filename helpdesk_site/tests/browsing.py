"""What tests in a browser wait for, instead of hoping that it was quick enough."""

import re
import time

from playwright.sync_api import expect

PATIENCE = 30  # seconds; a machine that is busy is slow, not wrong


def arrived(tab, where):
    """The tab shows this page, and its script listens to keys."""
    expect(tab).to_have_url(re.compile(where))
    tab.wait_for_load_state()


def until(tab, holds):
    """`holds()`: what a page sends while it closes arrives when it arrives."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it never came"
        tab.wait_for_timeout(100)
