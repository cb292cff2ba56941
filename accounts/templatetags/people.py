"""Words about people and their devices."""
from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that is found wins: Edge and Opera also call themselves Chrome, everybody calls themself Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@register.filter
def device(session):
    """“Firefox, Linux” from what the browser said of itself."""
    said = session.user_agent
    found = [next((name for sign, name in names.items() if sign in said), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or _("A device that does not say what it is")
