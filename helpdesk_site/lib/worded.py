"""Texts an operator writes once per language: `{"name": {"ru": "Продажи"}}` beside the plain field."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Worded(models.Model):
    """A row whose texts may be given per language. `said("name")` is the text in the reader's language."""

    words = models.JSONField(_("translations"), default=dict, blank=True, editable=False)
    worded_fields = ("name",)

    class Meta:
        abstract = True

    def said(self, field="name"):
        """The field in the active language, or as first written. Always a plain text."""
        return self.words.get(field, {}).get((get_language() or "").lower()) or getattr(self, field)

    def __str__(self):
        return self.said("name")
