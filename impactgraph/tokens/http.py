"""Documents of an identity provider over HTTP: small, in JSON, without redirects."""

from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit

import msgspec

from impactgraph.http_opener import opener_without_redirects

SECONDS = 5.0
LARGEST = 1_000_000
"""Bytes of a document: the keys of a provider are a few thousand."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderError(Exception):
    """A provider cannot be reached, or gives no document that can be used; the message says which and why."""


def is_safe(address: str) -> bool:
    """Whether nobody on the way can change what an address gives: https, or http on this machine."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        return False


def fetch_document(address: str) -> dict[str, object]:
    """The JSON object at an address; blocks for up to some seconds. Raises ProviderError."""
    if not is_safe(address):
        raise ProviderError(f"{address[:200]} is no https address")
    try:
        with opener_without_redirects().open(address, timeout=SECONDS) as response:
            text = response.read(LARGEST)
        return msgspec.json.decode(text, type=dict[str, object])
    except (URLError, HTTPException, OSError, ValueError) as error:  # of msgspec, too: a ValueError
        raise ProviderError(f"{address[:200]} cannot be read: {error}") from error
    except RecursionError:
        raise ProviderError(f"{address[:200]} is nested too deeply") from None
