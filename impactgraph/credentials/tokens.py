"""Texts of API keys: `ig_<id>_<secret>`. A secret is 32 random bytes, so a plain hash of it cannot be
inverted.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

PREFIX = "ig_"
_TOKEN = re.compile(r"ig_([a-z0-9]{1,32})_([A-Za-z0-9_-]{43})")
"""Of a random key; 43 characters of base64url are 32 bytes."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key as it is shown once. Its text is a secret: it stands in no message, log or representation."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Token({PREFIX}{self.id}_…)"

    @property
    def text(self) -> str:
        return f"{PREFIX}{self.id}_{self.secret}"

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal digits."""
        return sha256(self.text.encode()).hexdigest()


def new_token(key_id: str | None = None) -> Token:
    """A random secret, for a key of this id or for a new one."""
    return Token(key_id or secrets.token_hex(5), secrets.token_urlsafe(32))


def read_token(text: str) -> Token | None:
    """The key of a text; None where it cannot be one."""
    match = _TOKEN.fullmatch(text)
    return Token(match[1], match[2]) if match else None


def is_same(digest: str, other: str) -> bool:
    """Compares in a time that does not depend on where they differ."""
    return hmac.compare_digest(digest.encode(), other.encode())
