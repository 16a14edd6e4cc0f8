"""An OpenID Connect provider: its discovery document, and the keys by which it signs."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

import structlog
from anyio import CapacityLimiter, to_thread
from cryptography.exceptions import UnsupportedAlgorithm
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from impactgraph.tokens.http import ProviderError, fetch_document, is_safe

Fetch: TypeAlias = Callable[[str], Mapping[str, object]]

WAIT_SECONDS = 10.0
"""Between two fetches: unknown keys, however many, cost the provider at most one in this time."""
FRESH_SECONDS = 300.0
"""After this time keys are fetched again, while the present ones are used: one that was withdrawn ends."""
MOST_KEYS = 100
_DISCOVERY = "/.well-known/openid-configuration"

log = structlog.get_logger("impactgraph.access")


class Provider:
    """Thread-safe. What is in memory is used at once; whatever is fetched is fetched in a thread.

    `metadata_at`: address of its discovery document, where it is not that of the standard.
    """

    def __init__(
        self,
        issuer: str,
        *,
        metadata_at: str = "",
        fetch: Fetch = fetch_document,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._metadata_at = metadata_at or issuer.rstrip("/") + _DISCOVERY
        self._fetch = fetch
        self._clock = clock
        self._metadata: Mapping[str, object] = {}
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = threading.Lock()
        self._turns = CapacityLimiter(1)
        """Those who wait for keys wait in the event loop: one thread fetches, whatever arrives."""

    @property
    def has_keys(self) -> bool:
        """Whether its keys were ever read."""
        return bool(self._keys)

    async def key(self, kid: str) -> PyJWK | None:
        """The key with this id; None: the provider has none, or cannot be asked."""
        if self._is_waiting_helpful(kid):
            await to_thread.run_sync(self._refresh, limiter=self._turns)
        return self._keys.get(kid)

    def key_in_thread(self, kid: str) -> PyJWK | None:
        """As `key`, for callers outside of the event loop; it may block for some seconds."""
        if self._is_waiting_helpful(kid):
            self._refresh()
        return self._keys.get(kid)

    async def metadata(self) -> Mapping[str, object]:
        """The discovery document. Raises ProviderError where it was never read and cannot be now."""
        if not self._metadata:
            await to_thread.run_sync(self._read_metadata, limiter=self._turns)
        return self._metadata

    def _is_waiting_helpful(self, kid: str) -> bool:
        """Whether the key is unknown and may be asked for; refreshes old keys in the background."""
        now = self._clock()
        may_ask = now - self._tried_at >= WAIT_SECONDS
        if kid not in self._keys:
            return may_ask or self._fetching.locked()
        if may_ask and now - self._fetched_at >= FRESH_SECONDS:
            threading.Thread(target=self._refresh, name="keys of a provider", daemon=True).start()
        return False

    def _refresh(self) -> None:
        """Fetches the keys, unless somebody else has just tried. The former keys stay where that fails."""
        with self._fetching:
            if self._clock() - self._tried_at < WAIT_SECONDS:
                return
            try:
                self._keys = self._fetch_keys()
                self._fetched_at = self._clock()
            except ProviderError as error:
                log.warning("the keys of a provider cannot be read", issuer=self.issuer, reason=str(error))
            finally:
                self._tried_at = self._clock()

    def _fetch_keys(self) -> Mapping[str, PyJWK]:
        self._metadata = self._fetch_metadata()  # each time: a provider may move its keys
        document = self._fetch(str(self._metadata["jwks_uri"]))
        items = document.get("keys")
        if not isinstance(items, list):
            raise ProviderError(f"{self._metadata['jwks_uri']} has no list `keys`")
        keys = map(_readable_key, cast("list[object]", items)[:MOST_KEYS])
        return {key.key_id: key for key in keys if key is not None and key.key_id}

    def _read_metadata(self) -> None:
        if not self._metadata:
            self._metadata = self._fetch_metadata()

    def _fetch_metadata(self) -> Mapping[str, object]:
        metadata = self._fetch(self._metadata_at)
        if metadata.get("issuer") != self.issuer:
            raise ProviderError(
                f"{self._metadata_at} is of the issuer {str(metadata.get('issuer'))[:200]!r}, "
                f"not of {self.issuer!r}"
            )
        if not is_safe(str(metadata.get("jwks_uri"))):
            raise ProviderError(f"{self._metadata_at} has no https address `jwks_uri`")
        return metadata


def _readable_key(document: object) -> PyJWK | None:
    """A key for signatures; None: for something else, or of a kind that is not known here."""
    if not isinstance(document, dict):
        return None
    entries: dict[str, object] = document  # pyright: ignore[reportUnknownVariableType] - JSON
    if entries.get("use", "sig") != "sig" or entries.get("kty") == "oct":
        return None
    try:
        return PyJWK(entries)
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
