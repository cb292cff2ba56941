"""The pages stay light: what a browser fetches to show and move them (DESIGN, part 9)."""
import brotli
from django.contrib.staticfiles import finders

BUDGET, ALARM = 60_000, 45_000  # the promise, and where we stop and think
OURS = ("css/helpdesk.css", "js/helpdesk.js", "js/predefined.js", "js/desk.js")
SCRIPTS_AND_STYLES = (*OURS, "django_htmx/htmx-4.min.js")


def weight(path):
    with open(finders.find(path), "rb") as file:
        return len(brotli.compress(file.read()))


def test_css_and_javascript_of_a_page_fit_into_the_budget_with_room_to_spare():
    """Part 10 of the first issue: CSS and JS at most 60 kB compressed."""
    assert sum(map(weight, SCRIPTS_AND_STYLES)) < ALARM < BUDGET


def test_the_sprite_of_all_icons_is_small_enough_to_be_one_request():
    assert weight("icons/sprite.svg") < 8_000
