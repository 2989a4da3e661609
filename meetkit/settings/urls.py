"""Checks of the host of a URL."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, so that requests to it pass no network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # A name, which only the resolver can tell; `localhost` is the machine itself (RFC 6761, 6.3).
        return host == "localhost"
