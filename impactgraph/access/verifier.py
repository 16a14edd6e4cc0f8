"""The verifier of a server: tokens of its own machine, API keys, and what other token verifiers accept."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from graph_models.access import LOCAL, Principal, Role
from graph_models.time import MINUTE, Millis, moment
from impactgraph.credentials.keys import ApiKey
from impactgraph.credentials.tokens import PREFIX, Token, is_same, new_token, read_token
from impactgraph.errors import BadInputError, Problem, StoreUnavailableError, UnauthenticatedError
from impactgraph.ports.access import KeyStore
from impactgraph.usecases.access import Credentials

USE_EVERY: Millis = MINUTE
"""How often the use of a key is recorded, at most."""
ADMIN_KEY = "admin"
LOCAL_KEY = "local"
"""Ids of the keys that are in no store."""
_UNKNOWN = Token("", "").digest
"""Compared with where there is no such key, so that it takes as long."""

log = structlog.get_logger("impactgraph.access")


class TokenVerifier(Protocol):
    """Verifies one kind of bearer tokens."""

    async def verify_token(self, token: str) -> Principal | None:
        """None: it is no token of this kind. Raises UnauthenticatedError where it is not valid."""
        ...


class SessionVerifier(Protocol):
    """Verifies sessions of browsers."""

    async def verify_session(self, session: str) -> Principal | None:
        """None: it is not valid."""
        ...


class LocalToken:
    """A token for commands of whoever may read the folder of the store, as long as the server runs."""

    def __init__(self) -> None:
        self._token = new_token(LOCAL_KEY)

    @property
    def text(self) -> str:
        return self._token.text

    async def verify_token(self, token: str) -> Principal | None:
        credentials = read_token(token)
        if credentials is None or credentials.id != LOCAL_KEY:
            return None
        return LOCAL if is_same(credentials.digest, self._token.digest) else None


class AdminKeyFile:
    """A key with the role `admin` that a file has, as secrets are mounted: read again when it changes."""

    def __init__(self, file: Path) -> None:
        """Raises BadInputError where it has no key."""
        self._file = file
        self._version: tuple[int, int, int] | None = None
        self._token = self._read()

    async def verify_token(self, token: str) -> Principal | None:
        credentials = read_token(token)
        if credentials is None:
            return None
        try:
            current = self._read()
        except BadInputError as error:
            log.warning("the key of the administrator cannot be read", reason=str(error))
            return None
        if not is_same(credentials.digest, current.digest):
            return None
        return Principal(f"key:{current.id}", ADMIN_KEY, frozenset({Role.ADMIN}))

    def _read(self) -> Token:
        try:
            status = self._file.stat()
            version = (status.st_ino, status.st_size, status.st_mtime_ns)
            if version == self._version:
                return self._token
            token = read_token(self._file.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(
                Problem(f"The key of the administrator cannot be read: {reason}.", str(self._file))
            ) from error
        if token is None:
            raise BadInputError(
                Problem("This is not a key; `impactgraph keys generate` prints one.", str(self._file))
            )
        self._token, self._version = token, version
        return token


class KeyVerifier:
    """Verifies API keys, and records when each was used."""

    def __init__(self, keys: KeyStore, now: Callable[[], Millis]) -> None:
        self._keys, self._now = keys, now
        self._use_times: dict[str, Millis] = {}
        """By id: the last use that was recorded, or is being."""

    async def verify_token(self, token: str) -> Principal | None:
        if not token.startswith(PREFIX):
            return None
        credentials, now = read_token(token), self._now()
        key = self._keys.keys().get(credentials.id) if credentials else None
        if credentials is None or key is None:
            is_same(_UNKNOWN, credentials.digest if credentials else _UNKNOWN)
            raise UnauthenticatedError("This key is not known here.")
        if not key.opens(credentials.digest, now):
            raise UnauthenticatedError(_refusal(key, credentials, now))
        self._note_use(key, now)
        return key.principal

    def _note_use(self, key: ApiKey, now: Millis) -> None:
        last = max(self._use_times.get(key.id, 0), key.used_at or 0)
        if now - last >= USE_EVERY:
            self._use_times[key.id] = now
            threading.Thread(target=self._record_use, args=(key.id, now), daemon=True).start()

    def _record_use(self, id: str, at: Millis) -> None:
        try:
            self._keys.mark_used({id: at})
        except StoreUnavailableError as error:
            log.warning("the use of a key cannot be recorded", key=id, reason=str(error))


def _refusal(key: ApiKey, credentials: Token, now: Millis) -> str:
    """Says more to whoever has the secret only."""
    secret = next((each for each in key.secrets if is_same(each.digest, credentials.digest)), None)
    if secret is None:
        return "This key is not known here."
    if key.revoked_at is not None:
        return f"The key {key.id} ({key.name}) was revoked at {moment(key.revoked_at):%Y-%m-%d %H:%M} UTC."
    end = min(at for at in (key.expires_at, secret.expires_at) if at is not None)
    return f"The key {key.id} ({key.name}) expired at {moment(end):%Y-%m-%d %H:%M} UTC. Use a newer one."


class ComposedVerifier:
    """The port `Verifier`: tokens by the first verifier that knows their kind, then sessions.

    Without `is_required` everybody is the local user; once it holds, it does for good.
    """

    def __init__(
        self,
        tokens: Sequence[TokenVerifier],
        sessions: SessionVerifier | None = None,
        *,
        is_required: Callable[[], bool] = lambda: True,
    ) -> None:
        self._tokens, self._sessions = tuple(tokens), sessions
        self._is_required, self._was_required = is_required, False

    async def verify(self, credentials: Credentials) -> Principal:
        self._was_required = self._was_required or self._is_required()
        if not self._was_required:
            return LOCAL
        if credentials.bearer is not None:
            for verifier in self._tokens:
                if principal := await verifier.verify_token(credentials.bearer):
                    return principal
            raise UnauthenticatedError("The token is of no kind that this server accepts.")
        if credentials.session is not None and self._sessions is not None:
            if principal := await self._sessions.verify_session(credentials.session):
                return principal
            raise UnauthenticatedError("The session has ended. Log in again.")
        raise UnauthenticatedError(
            "Authentication is required: send `Authorization: Bearer KEY`, with a key that an administrator "
            "made (`impactgraph keys create`)."
        )
