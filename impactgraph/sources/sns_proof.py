"""Deliveries of Amazon SNS: signed by a certificate of Amazon, and of a topic that the source lists."""

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from urllib.error import URLError

import structlog

from impactgraph.alerts.message import MalformedAlertError
from impactgraph.alerts.sns import is_of_amazon, is_signed, read_envelope
from impactgraph.errors import StoreUnavailableError
from impactgraph.http_opener import opener_without_redirects
from impactgraph.usecases.sources import DeliveryCheck

SECONDS = 5.0
LARGEST = 100_000
MOST_CERTIFICATES = 100

log = structlog.get_logger("impactgraph.sources")


def fetch(address: str) -> bytes:
    """What Amazon has at an address of SNS, without redirects. Raises OSError, and ValueError elsewhere."""
    if not is_of_amazon(address):
        raise ValueError(f"{address[:100]} is not an address of Amazon SNS")
    try:
        with opener_without_redirects().open(address, timeout=SECONDS) as response:
            return response.read(LARGEST)
    except (URLError, HTTPException) as error:
        raise OSError(str(error)) from error


class SnsProof:
    """Fetches each certificate once."""

    def __init__(self, topics: Sequence[str], fetch: Callable[[str], bytes] = fetch) -> None:
        self._topics = frozenset(topics)
        self._fetch = fetch
        self._certificates: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        return "signature of Amazon SNS"

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        """Raises StoreUnavailableError where the certificate cannot be fetched: it is sent again."""
        try:
            envelope = read_envelope(body)
        except MalformedAlertError:
            return DeliveryCheck.MISSING
        if envelope.topic_arn not in self._topics:
            log.warning("a topic that the source does not list", topic=envelope.topic_arn[:200])
            return DeliveryCheck.WRONG
        try:
            return DeliveryCheck.VALID if is_signed(envelope, self._certificate) else DeliveryCheck.WRONG
        except OSError as error:
            raise StoreUnavailableError(f"the certificate of SNS cannot be fetched: {error}") from error

    def _certificate(self, address: str) -> bytes:
        if address not in self._certificates:
            certificate = self._fetch(address)
            if len(self._certificates) >= MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[address] = certificate
        return self._certificates[address]
