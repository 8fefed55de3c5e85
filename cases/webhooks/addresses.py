"""Which addresses may be posted to: none that leads into a network of ours or of our host."""

import socket
import threading
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = IPv4Address | IPv6Address
LONGEST = 500
REFUSED = [
    ip_network(name)
    for name in (
        "100.64.0.0/10",  # carriers' NAT, and some clouds' metadata
        "168.63.129.16/32",  # Azure's metadata: a public address that is none
        "192.0.0.0/24",  # protocols, and some clouds' metadata
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible, of old
        "::ffff:0:0/96",  # IPv4-mapped: another spelling of what is checked as IPv4
        "64:ff9b::/96",  # NAT64, and its local kind
        "64:ff9b:1::/48",
        "2001::/23",  # protocols, Teredo among them
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, of old
    )
]
"""What `is_global` does not refuse by itself, or not in every Python since 3.11."""


class UrlRefused(Exception):
    """An address that no webhook is sent to; the message is a sentence for who wrote it."""


class AddressRefused(Exception):
    """The name leads to an address that nothing is sent to."""


class NameNotFound(Exception):
    """Nobody knows the name, or nobody told in time."""


def check_url(url: str) -> SplitResult:
    """The parts of an address that has the right form. Raises UrlRefused."""
    if len(url) > LONGEST or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise UrlRefused(
            _("Write the address in ASCII without blanks, at most 500 characters (xn--… names).")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlRefused(_("This is no address: it looks like https://host/path.")) from error
    if parts.scheme not in _schemes() or not parts.hostname or port == 0 or "\\" in url:
        raise UrlRefused(
            _("Write an address that begins with https:// and a host name.")
            if _schemes() == ["https"]
            else _("Write an address that begins with https:// or http:// and a host name.")
        )
    if "@" in parts.netloc:
        raise UrlRefused(_("Leave user name and password out: requests are signed instead."))
    if parts.fragment:
        raise UrlRefused(_("Leave out what follows the #: it is never sent."))
    _check_literal(parts.hostname)
    return parts


def _schemes() -> list[str]:
    return ["https", "http"] if settings.WEBHOOK_ALLOW_HTTP else ["https"]


def _check_literal(host: str) -> None:
    """An address written in numbers can be told at once; a name is looked up at each delivery."""
    try:
        address = ip_address(host)
    except ValueError:
        return
    if not is_allowed(address):
        raise UrlRefused(
            _("This address lies in a network that nothing is sent to. The operator can open it.")
        )


def is_allowed(address: Address) -> bool:
    """Whether it is a public address, or in a network that the operator opened."""
    if any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS):
        return True
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in REFUSED)
    )


def resolve(host: str, port: int, *, seconds: float) -> list[str]:
    """The addresses of a host, all of them checked, as numbers to connect to.

    Raises NameNotFound, and AddressRefused if any of them may not be connected to: who mixes a
    private address into the answer is not trusted with the public one.
    """
    found = list(dict.fromkeys(_look_up(host, port, seconds)))
    if not found:
        raise NameNotFound(host)
    if not all(is_allowed(ip_address(one)) for one in found):
        raise AddressRefused(host)
    return found


def look_up(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_rest, address in found]


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """In a thread that nobody waits for longer than that: the resolver knows no time limit."""
    outcome: Future[list[str]] = Future()

    def run() -> None:
        try:
            outcome.set_result(look_up(host, port))
        except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
            outcome.set_exception(error)

    threading.Thread(target=run, name="resolve", daemon=True).start()
    try:
        return outcome.result(timeout=seconds)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise NameNotFound(host) from error
