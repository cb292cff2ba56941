"""Where somebody works, for pages of the floors below, which do not know departments."""

from django import template

from accounts.models import User

from ..forms import SignatureForm
from ..models import StaffPlace

register = template.Library()


@register.simple_tag(takes_context=True)
def places_of(context, user):
    """The person's places with what they may be told of there, in the order of the departments; none for clients."""
    places = list(StaffPlace.objects.filter(user=user).select_related("department").order_by("department__position"))
    for place in places:
        place.choices = [(letter.value, letter.label, *ways) for letter, ways in place.ways().items()]
    context["digests"] = User.Digest.choices
    return places


@register.simple_tag
def signature_form_of(user):
    """The form of the person's own signature (S146)."""
    return SignatureForm(user=user)
