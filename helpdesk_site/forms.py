"""How forms are drawn: our templates in `templates/forms/`, Django's for the widgets."""

from django.conf import settings
from django.forms import renderers
from django.template.backends.django import DjangoTemplates
from django.utils.functional import cached_property


class Renderer(renderers.DjangoTemplates):
    """Django's form renderer, looking into `templates/` first."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    @cached_property
    def engine(self):
        return DjangoTemplates(
            {
                "NAME": "forms",
                "DIRS": [settings.BASE_DIR / "templates", renderers.Path(renderers.__file__).parent / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {},
            }
        )
