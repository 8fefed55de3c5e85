"""Where nothing is sent: forms of addresses, and every range that is not the public internet."""

import threading
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cases.webhooks import addresses
from fracture_platform.settings.webhooks import networks
from tests.cases.webhooks.receiver import resolver

REFUSED = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not addresses.is_allowed(ip_address(address))
    monkeypatch.setattr(addresses, "look_up", resolver(address))
    with pytest.raises(addresses.AddressRefused):
        addresses.resolve("receiver.example", 443, seconds=1)


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "100.128.0.1", "2606:4700::1"])
def test_a_public_address_is_not(address: str) -> None:
    assert addresses.is_allowed(ip_address(address))


def test_one_private_address_among_public_ones_refuses_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "look_up", resolver("8.8.8.8", "10.0.0.1"))
    with pytest.raises(addresses.AddressRefused):
        addresses.resolve("receiver.example", 443, seconds=1)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
def test_other_spellings_of_this_machine_are_found_out(spelling: str) -> None:
    """They are no addresses of the usual form, so that the resolver has the say."""
    assert addresses.check_url(f"https://{spelling}/")
    with pytest.raises(addresses.AddressRefused):
        addresses.resolve(spelling, 443, seconds=5)


def test_the_operator_opens_a_network(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = networks(["10.20.0.0/16", "fd12::/16"])
    assert addresses.is_allowed(ip_address("10.20.3.4"))
    assert addresses.is_allowed(ip_address("fd12::1"))
    assert not addresses.is_allowed(ip_address("10.21.0.1"))
    assert networks(["10.1.2.3"]) == [ip_network("10.1.2.3/32")]
    with pytest.raises(ImproperlyConfigured, match=r"10\.20\.0\.0/16"):
        networks(["10.20.0.1/16"])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://receiver.example/", "https://"),
        ("ftp://receiver.example/", "https://"),
        ("receiver.example", "https://"),
        ("https:///path", "https://"),
        ("https://receiver.example\\@10.0.0.1/", "https://"),
        ("https://receiver.example:0/", "https://"),
        ("https://receiver.example:99999/", "no address"),
        ("https://[::1/", "no address"),
        ("https://me:word@receiver.example/", "user name"),
        ("https://me@receiver.example/", "user name"),
        ("https://receiver.example/#part", "#"),
        ("https://räntgen.example/", "ASCII"),
        ("https://receiver.example/a b", "ASCII"),
        ("https://receiver.example/\r\nx: y", "ASCII"),
        ("https://receiver.example/" + "a" * 500, "500"),
        ("https://127.0.0.1/", "network"),
        ("https://[::1]/", "network"),
        ("https://169.254.169.254/latest/meta-data", "network"),
    ],
)
def test_an_address_of_the_wrong_form_is_refused_with_a_sentence(url: str, says: str) -> None:
    with pytest.raises(addresses.UrlRefused, match=says):
        addresses.check_url(url)


def test_http_only_where_the_settings_allow_it(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    assert addresses.check_url("http://receiver.example:8080/hook?a=1").port == 8080


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        release.wait(10)
        return ["8.8.8.8"]

    monkeypatch.setattr(addresses, "look_up", hangs)
    with pytest.raises(addresses.NameNotFound):
        addresses.resolve("receiver.example", 443, seconds=0.1)
    release.set()
    monkeypatch.setattr(addresses, "look_up", resolver())
    with pytest.raises(addresses.NameNotFound):
        addresses.resolve("receiver.example", 443, seconds=1)
