"""Addresses of clients: what trusted proxies forward, and nothing that a client says itself."""

from ipaddress import ip_network

import pytest

from api.addresses import client_address, forwarded_scheme

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1"))


def scope(client: str | None, *forwarded: str, scheme: str = "") -> dict[str, object]:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {
        "type": "http",
        "client": (client, 1) if client else None,
        "headers": [*headers, (b"x-forwarded-proto", scheme.encode())],
    }


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.7",), "192.0.2.1"),
        ("10.1.1.1", ("198.51.100.7",), "198.51.100.7"),
        ("::ffff:10.1.1.1", ("198.51.100.7",), "198.51.100.7"),
        ("10.1.1.1", ("203.0.113.9, 198.51.100.7",), "198.51.100.7"),
        ("10.1.1.1", ("203.0.113.9", "198.51.100.7, 10.2.2.2"), "198.51.100.7"),
        ("10.1.1.1", ("nonsense",), "10.1.1.1"),
        ("::1", ("2001:db8::7",), "2001:db8::7"),
        ("10.1.1.1", ("",), "10.1.1.1"),
        (None, ("198.51.100.7",), ""),
    ],
)
def test_the_address_is_that_of_the_first_hop_that_is_not_trusted(
    client: str | None, forwarded: tuple[str, ...], address: str
) -> None:
    assert client_address(scope(client, *forwarded), PROXIES) == address


def test_without_proxies_nothing_is_believed() -> None:
    assert client_address(scope("10.1.1.1", "198.51.100.7"), ()) == "10.1.1.1"


@pytest.mark.parametrize(
    ("client", "said", "scheme"),
    [("10.1.1.1", "https", "https"), ("192.0.2.1", "https", None), ("10.1.1.1", "gopher", None)],
)
def test_a_scheme_is_believed_of_a_trusted_proxy(client: str, said: str, scheme: str | None) -> None:
    assert forwarded_scheme(scope(client, scheme=said), PROXIES) == scheme
