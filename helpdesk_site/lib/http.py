"""What we read from a request and say in a header."""
import re
from ipaddress import ip_address, ip_network
from urllib.parse import quote

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from .files import safe_name

_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def content_disposition(kind: str, name: str) -> str:
    """Return the header for a file (T14): RFC 6266 with a plain name for old programs and RFC 5987 for the true one.

    ``kind`` is "inline" or "attachment".
    """
    if kind not in ("inline", "attachment"):
        raise ValueError(kind)
    name = safe_name(name)
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    header = f'{kind}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def client_ip(request) -> str:
    """Return the address of the visitor, or "" when there is none.

    A forwarded header counts only when the connection comes from one of ``TRUSTED_PROXIES`` (addresses or networks, or
    "unix" for a socket); then the last address in it that is no proxy of ours is the visitor (SECURITY V4).
    """
    nearest = _address(request.META.get("REMOTE_ADDR", ""))
    if not _is_proxy(nearest):
        return str(nearest or "")
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "")[-2000:].split(",")
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            break
        nearest = address
        if not _is_proxy(address):
            break
    return str(nearest or "")


def safe_next(request, default="/") -> str:
    """Return where the form or link asked to go next if that is on our host, else ``default`` (path or URL name)."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    whole = asked.startswith(("/", "http://", "https://"))  # half an address would be taken for the name of a page
    if own and whole and len(asked) <= 2000 and not _CONTROL.search(asked):
        return asked
    return resolve_url(default)


def _address(text: str):
    """Return an IP address, an IPv4 one out of its IPv6 wrapping, or None; a port behind it is dropped."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_proxy(address) -> bool:
    if address is None:
        return "unix" in settings.TRUSTED_PROXIES
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES if proxy != "unix")
