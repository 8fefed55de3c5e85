"""A browser's name, short enough to recognize one's own by."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()
# Each claims to be those after it, so the first that fits is the true one.
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """ "Firefox, Windows"; what is not known is shown as it came, cut short."""
    name = next((known for mark, known in BROWSERS.items() if mark in user_agent), "")
    system = next((known for mark, known in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, (name, system))) or user_agent[:60] or _("unknown")
