"""Where somebody works, for pages of the floors below, which do not know departments."""

from django import template

from ..forms import SignatureForm
from ..models import StaffPlace

register = template.Library()


@register.simple_tag
def places_of(user):
    """The person's places with what they may be told of there, in the order of the departments; none for clients."""
    places = list(StaffPlace.objects.filter(user=user).select_related("department").order_by("department__position"))
    for place in places:
        place.choices = [(letter.value, letter.label, place.wants(letter)) for letter in StaffPlace.Letters]
    return places


@register.simple_tag
def signature_form_of(user):
    """The form of the person's own signature (S146)."""
    return SignatureForm(user=user)
