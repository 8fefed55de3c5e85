"""Webhooks: which addresses the platform posts to. Closed unless the operator opens a network."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured

from fracture_platform.settings.environment import env


def networks(names: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Networks as CIDR, or single addresses."""
    try:
        return [ip_network(name.strip()) for name in names]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"WEBHOOK_ALLOWED_NETWORKS: {error}; list networks like 10.20.0.0/16."
        ) from None


WEBHOOK_ALLOWED_NETWORKS = networks(env.list("WEBHOOK_ALLOWED_NETWORKS", default=[]))
WEBHOOK_ALLOW_HTTP = False
# Longer than one request may take (10 s) and what is written of it: nobody delivers what another
# one still holds.
WEBHOOK_LEASE_SECONDS = env.int("WEBHOOK_LEASE_SECONDS", default=60)
