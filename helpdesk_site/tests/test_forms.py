"""Fields are drawn by our templates and Django's."""

from django.forms import Select, SelectMultiple, renderers

from helpdesk_site.forms import Renderer

CHOICES = [
    ("", "—"),
    ("<b>", "A & B"),
    (7, "seven"),
    ("Europe", [("Europe/Paris", 'Paris "la"'), ("Europe/Kyiv", "Київ")]),
]


def drawn(widget, value, renderer):
    attrs = {"id": "id_where", "required": True, "hidden": False}
    return [line for line in widget.render("where", value, attrs=attrs, renderer=renderer).split("\n") if line]


def test_a_list_is_drawn_as_django_draws_it():
    """Only quicker, and without empty lines: `templates/django/forms/widgets/select.html`."""
    for widget in (Select, SelectMultiple):
        for value in (None, "", 7, "7", "Europe/Kyiv", ["<b>", "7"]):
            field = widget(choices=CHOICES)
            assert drawn(field, value, Renderer()) == drawn(field, value, renderers.DjangoTemplates())
