"""`manage.py check` reads EMAIL_URL, so that a misspelt one is found at start and not by a letter (SECURITY V12)."""
import ipaddress

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from . import post


@register("security")
def email_url(app_configs, **kwargs):
    """An EMAIL_URL that names no server is an error, one that sends plain text to another machine a warning."""
    try:
        place = post.server(settings.EMAIL_URL)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="mail.E001")]
    if place and not place.encryption and not is_near(place.host):
        return [
            Warning(
                "EMAIL_URL sends letters to another machine without encryption.",
                hint="Use smtp+tls:// (STARTTLS) or smtps:// (TLS from the start).",
                id="mail.W001",
            )
        ]
    return []


def is_near(host):
    """On this machine or in its private network, such as the mail container beside ours."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_loopback or address.is_private
