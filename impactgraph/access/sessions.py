"""Sessions of browsers: what a signed cookie says of a login, for every process that has the secret."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from itsdangerous import BadData, URLSafeSerializer

from graph_models.access import Principal
from graph_models.time import HOUR, Millis
from impactgraph.access.claims import claims_that_count, principal_of
from impactgraph.access.config import OidcProvider
from impactgraph.errors import BadInputError, UnauthenticatedError
from impactgraph.tokens.check import Claims

SHORTEST_SECRET = 32
"""Characters."""
MOST_ENDED = 10_000
_RENEWALS = 10
"""A session is renewed when this part of its idle time has passed: not every answer sets a cookie."""

log = structlog.get_logger("impactgraph.access")


@dataclass(frozen=True, slots=True)
class SessionLimits:
    idle: Millis = HOUR
    """A session that was not used for so long has ended."""
    length: Millis = 12 * HOUR
    """After this time the provider is asked again, also where a session is in use."""


class Signer:
    """Signs values for one purpose. The first secret signs; all of them prove, while one replaces another."""

    def __init__(self, signing_secrets: Sequence[str], purpose: str) -> None:
        self._serializer = URLSafeSerializer(
            [each.encode() for each in reversed(signing_secrets)],
            salt=f"impactgraph {purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )

    def sign(self, value: Mapping[str, object]) -> str:
        return self._serializer.dumps(dict(value))

    def read(self, text: str) -> dict[str, Any] | None:
        """None: it was not signed with one of the secrets, for this purpose."""
        try:
            value = self._serializer.loads(text)
        except (BadData, ValueError):
            return None
        return value if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType] - JSON


class Sessions:
    """A session is its cookie: nothing is stored, but which sessions were ended before their time.

    Roles and row filter are those of the access file of now, by the claims of the login.
    """

    def __init__(
        self,
        signing_secrets: Sequence[str],
        provider: OidcProvider,
        *,
        now: Callable[[], Millis],
        limits: SessionLimits = SessionLimits(),
    ) -> None:
        self._signer = Signer(signing_secrets, "session")
        self._provider = provider
        self._now = now
        self.limits = limits
        self._end_times: dict[str, Millis] = {}
        """When each session would have ended, by its id: those that were logged out in this process."""

    def begin(self, claims: Claims) -> str:
        """The cookie of a new session; never one that a browser had before. Raises NoRoleError."""
        principal_of(claims, self._provider)
        now = self._now()
        return self._signer.sign(
            {
                "id": secrets.token_urlsafe(16),
                "issuer": self._provider.issuer,
                "claims": claims_that_count(claims, self._provider),
                "since": now,
                "used": now,
            }
        )

    async def verify_session(self, session: str) -> Principal:
        """Raises UnauthenticatedError for one that is unknown, or has ended; NoRoleError."""
        return principal_of(self._valid(session)["claims"], self._provider)

    def renew(self, session: str) -> str | None:
        """The cookie with its use recorded; None: not yet needed, or the session has ended."""
        try:
            values = self._valid(session)
        except UnauthenticatedError:
            return None
        now = self._now()
        if now - values["used"] < self.limits.idle // _RENEWALS:
            return None
        return self._signer.sign({**values, "used": now})

    def end(self, session: str) -> None:
        """A copy of its cookie is refused from now on, by this process."""
        values = self._signer.read(session)
        if values is None:
            return
        now = self._now()
        if len(self._end_times) >= MOST_ENDED:
            self._end_times = {key: until for key, until in self._end_times.items() if until > now}
        self._end_times[values["id"]] = values["since"] + self.limits.length

    def _valid(self, session: str) -> dict[str, Any]:
        values = self._signer.read(session)
        if values is None or values.get("issuer") != self._provider.issuer:
            raise UnauthenticatedError("The session is unknown here. Log in again.")
        now = self._now()
        is_over = now - values["used"] >= self.limits.idle or now - values["since"] >= self.limits.length
        if is_over or values["id"] in self._end_times:
            raise UnauthenticatedError("The session has ended. Log in again.")
        return values


def read_secrets(path: Path | None) -> tuple[str, ...]:
    """The secrets of a file, one a line, the first of which signs; without a file, a random one.

    Raises BadInputError where the file cannot be read, or has no secret that is long enough.
    """
    if path is None:
        log.warning(
            "sessions are signed by a random secret: they end with this process, and other processes do not "
            "know them; name a file with IMPACTGRAPH_SESSION_SECRET_FILE"
        )
        return (secrets.token_urlsafe(32),)
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(f"The secret of sessions in {path} cannot be read: {reason}.") from error
    if not lines or any(len(line) < SHORTEST_SECRET for line in lines):
        raise BadInputError(
            f"The file {path} must have a secret of at least {SHORTEST_SECRET} characters in each line, such "
            "as `openssl rand -base64 48` prints."
        )
    return tuple(lines)
