"""What every request passes first and every answer passes last: an id and the security headers."""

import ipaddress
import secrets
from functools import lru_cache
from http import HTTPStatus

from django.conf import settings
from django.utils import translation

from . import logs

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "frame-src 'none'",
        "manifest-src 'self'",
        "worker-src 'self'",
    ]
)
SWITCHED_OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb",
    "xr-spatial-tracking", "browsing-topics", "clipboard-read",
)  # fmt: skip
ALLOWED_TO_US = ("publickey-credentials-get", "publickey-credentials-create", "clipboard-write")
PERMISSIONS_POLICY = ", ".join([f"{name}=()" for name in SWITCHED_OFF] + [f"{name}=(self)" for name in ALLOWED_TO_US])

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # not no-referrer: the Origin header would be null and CSRF refuse every form
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", *(f"HTTP_X_FORWARDED_{word}" for word in ("FOR", "HOST", "PROTO")))


def arrivals(get_response):
    """Give each request an id for the logs and drop forwarded headers that no trusted proxy sent (SECURITY, V4)."""

    def middleware(request):
        request.id = secrets.token_hex(8)
        if not is_trusted_proxy(request.META.get("REMOTE_ADDR", "")):
            for name in FORWARDED:
                request.META.pop(name, None)
        translation.deactivate()  # of this thread's last request
        if request.encoding:
            request.encoding = None  # forms come in UTF-8, whatever the sender's Content-Type claims
        with logs.speaking_of(request):
            response = get_response(request)
        response["X-Request-ID"] = request.id
        return response

    return middleware


def headers(get_response):
    """Put the security headers on every answer, errors and files included; a view's own header stands (T24). What has
    not changed (304) is shown with those it came with, and carries none of its own (RFC 9110, 15.4.5).

    Whatever says nothing about caching is not kept anywhere: pages show people's correspondence (SECURITY, V14).
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            for name, value in HEADERS.items():
                response.setdefault(name, value)
        response.setdefault("Cache-Control", "no-store")
        if signed_out(request):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def signed_out(request):
    match = getattr(request, "resolver_match", None)
    return request.method == "POST" and match is not None and match.view_name in ("account_logout", "admin:logout")


def is_trusted_proxy(address):
    return is_among(address, tuple(settings.TRUSTED_PROXIES))


@lru_cache(maxsize=4096)
def is_among(address, proxies):
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unix" in proxies and not address  # a socket has no address
    return any(ip in ipaddress.ip_network(network, strict=False) for network in proxies if network != "unix")
