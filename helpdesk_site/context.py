"""What every template may ask of the house: `portal`, `theme`, `demo`, `base_url`. Nothing is fetched unless shown."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject


def house(request):
    from departments.policy import snapshot

    return {
        "portal": SimpleLazyObject(lambda: snapshot().portal),
        "theme": theme_of(request),
        "demo": settings.DEMO,
        "base_url": settings.BASE_URL,
    }


def theme_of(request):
    """The viewer's theme word for <html data-theme>; empty when the device decides."""
    user = getattr(request, "user", None)
    return user.theme if user is not None and user.is_authenticated and user.theme != "system" else ""
