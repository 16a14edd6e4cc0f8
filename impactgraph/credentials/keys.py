"""API keys: who has one, what it permits, and until when. Changes of keys are pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from graph_models.access import ALL_ORDERS, NEEDS_ALL_ORDERS, PERMISSIONS, Principal, Role, RowFilter
from graph_models.time import DAY, Millis
from impactgraph.credentials.tokens import Token, is_same, new_token
from impactgraph.errors import BadInputError, NotFoundError, Problem

OVERLAP: Millis = 7 * DAY
"""For how long the former secret of a rotated key stays valid, unless it is said otherwise."""
MOST_SECRETS = 2
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class KeySecret:
    """One of the secrets of a key."""

    digest: str
    """SHA-256 of the text of the key with this secret, in hexadecimal digits."""
    created_at: Millis
    expires_at: Millis | None = None
    """None: as long as the key."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a program or a person. It is kept after its end: the audit log names it."""

    id: str
    name: str
    role: Role
    rows: RowFilter
    created_at: Millis
    secrets: tuple[KeySecret, ...]
    """Oldest first; at most two."""
    expires_at: Millis | None = None
    revoked_at: Millis | None = None
    used_at: Millis | None = None
    """When it was last used, to the minute."""

    @property
    def principal(self) -> Principal:
        return Principal(f"key:{self.id}", self.name, frozenset({self.role}), self.rows)

    def is_valid(self, now: Millis) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def opens(self, digest: str, now: Millis) -> bool:
        """Whether the digest is of a secret that is valid. Compares with every secret, in constant time."""
        matches = [
            is_same(secret.digest, digest) and (secret.expires_at is None or now < secret.expires_at)
            for secret in self.secrets
        ]
        return any(matches) and self.is_valid(now)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is asked for."""

    name: str
    role: Role
    rows: RowFilter = ALL_ORDERS
    expires_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key with its new secret, which is shown once."""

    key: ApiKey
    token: Token


def issue(keys: Mapping[str, ApiKey], request: NewKey, now: Millis) -> IssuedKey:
    """A new key. Raises BadInputError."""
    _check(request, now)
    token = new_token()
    while token.id in keys:
        token = new_token()
    key = ApiKey(
        id=token.id,
        name=request.name.strip(),
        role=request.role,
        rows=request.rows,
        created_at=now,
        secrets=(KeySecret(token.digest, now),),
        expires_at=request.expires_at,
    )
    return IssuedKey(key, token)


def rotate(keys: Mapping[str, ApiKey], text: str, now: Millis, overlap: Millis = OVERLAP) -> IssuedKey:
    """The key with a new secret. The latest one stays valid for the overlap, an earlier one no longer.

    Raises NotFoundError; BadInputError where it is revoked or expired.
    """
    key = find_key(keys, text)
    if not key.is_valid(now):
        reason = "revoked" if key.revoked_at is not None else "expired"
        raise BadInputError(f"The key {key.id} ({key.name}) is {reason}: create a new one.")
    token = new_token(key.id)
    latest = key.secrets[-1]
    until = min(now + overlap, latest.expires_at or now + overlap)
    previous = (replace(latest, expires_at=until),) if until > now else ()
    return IssuedKey(replace(key, secrets=(*previous, KeySecret(token.digest, now))), token)


def revoke(keys: Mapping[str, ApiKey], text: str, now: Millis) -> ApiKey:
    """The key, no longer valid. One that is revoked already stays as it is. Raises NotFoundError."""
    key = find_key(keys, text)
    return key if key.revoked_at is not None else replace(key, revoked_at=now)


def find_key(keys: Mapping[str, ApiKey], text: str) -> ApiKey:
    """By its id, by the beginning of its text, or by its name where only one that is not revoked has it.

    Raises NotFoundError, BadInputError.
    """
    identifier = text.strip().removeprefix("ig_").partition("_")[0] if text.startswith("ig_") else text
    if match := keys.get(identifier.removeprefix("key:")):
        return match
    namesakes = [key for key in keys.values() if key.name == text]
    namesakes = [key for key in namesakes if key.revoked_at is None] or namesakes
    if len(namesakes) == 1:
        return namesakes[0]
    if namesakes:
        ids = ", ".join(key.id for key in namesakes)
        raise BadInputError(f"Several keys are called {text!r}: {ids}. Give the id of one.")
    name = f"{identifier}" if text.startswith("ig_") else text
    raise NotFoundError(name, message=f"There is no key {name!r}. `impactgraph keys list` lists them.")


def _check(request: NewKey, now: Millis) -> None:
    problems: list[Problem] = []
    if not request.name.strip() or len(request.name) > LONGEST_NAME or not request.name.isprintable():
        problems.append(
            Problem(
                f"--name is {request.name!r}; give a name of 1 to {LONGEST_NAME} printable characters, such "
                "as the program that uses the key."
            )
        )
    if request.expires_at is not None and request.expires_at <= now:
        problems.append(Problem("--expires has passed; give a moment to come, such as +90d."))
    if not request.rows.shows_everything and PERMISSIONS[request.role] <= NEEDS_ALL_ORDERS:
        problems.append(
            Problem(
                f"--role {request.role} is about all orders, and a key that shows some of them permits "
                "nothing: leave out --region, --brand, --channel and --location."
            )
        )
    if problems:
        raise BadInputError(*problems)
