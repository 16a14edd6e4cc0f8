"""Addresses of clients: behind proxies that are trusted, those that they forward."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from impactgraph.usecases.access import Network


def client_address(scope: Scope, proxies: Sequence[Network]) -> str:
    """The address that a request came from; empty where it is not known.

    From the last hop backwards: the first that is no trusted proxy. What a client itself writes into
    `X-Forwarded-For` stands before that, and is not believed.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    hops = Headers(scope=scope).getlist("x-forwarded-for") if proxies else []
    for hop in reversed([hop.strip() for line in hops for hop in line.split(",")]):
        if not _is_trusted(address, proxies) or _parse(hop) is None:
            break
        address = hop
    return address


def forwarded_scheme(scope: Scope, proxies: Sequence[Network]) -> str | None:
    """`http` or `https` as a trusted proxy says; None: none does."""
    client = scope.get("client")
    if not client or not _is_trusted(str(client[0]), proxies):
        return None
    scheme = Headers(scope=scope).get("x-forwarded-proto", "").strip().lower()
    return scheme if scheme in ("http", "https") else None


def _is_trusted(address: str, proxies: Sequence[Network]) -> bool:
    peer = _parse(address)
    return peer is not None and any(peer in network for network in proxies)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(text)
    except ValueError:
        return None
    ipv4 = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return ipv4 or ip
