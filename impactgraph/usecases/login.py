"""Login of browsers: what the API requires of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoginStart:
    """A login that has begun."""

    address: str
    """Of the provider, where the browser goes."""
    attempts: str
    """What the browser keeps until it comes back, signed."""


@dataclass(frozen=True, slots=True)
class LoginEnd:
    """A login that succeeded."""

    session: str
    """Value of the session cookie."""
    attempts: str
    """What the browser keeps of other logins that it has begun."""
    next: str
    """Path of this server, where the browser goes."""
    hint: str
    """What the provider wants to see at the logout: the token of the login."""


class BrowserLogin(Protocol):
    @property
    def seconds(self) -> int:
        """How long a session may last; its cookie ends then, too."""
        ...

    async def begin(self, *, callback: str, next: str, attempts: str | None) -> LoginStart:
        """`attempts`: what the browser kept of earlier ones. Raises UnauthenticatedError where the provider
        cannot be asked.
        """
        ...

    async def finish(self, answer: Mapping[str, str], *, callback: str, attempts: str | None) -> LoginEnd:
        """`answer`: the parameters with which the provider sends the browser back.

        Raises UnauthenticatedError where they do not prove a login that this browser began, NoRoleError where
        the claims give no role.
        """
        ...

    def renew(self, session: str) -> str | None:
        """The session with its use recorded; None: there is nothing to record yet, or it is invalid."""
        ...

    async def end(self, session: str | None, *, hint: str | None, after: str) -> str | None:
        """Ends a session. Returns the address of the provider that ends its session, too, and comes back to
        `after`; None: it has none.
        """
        ...


def is_local_path(text: str) -> bool:
    """Whether an address leads to this server, whoever made it: a path, as browsers read it."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return False
    return text.isascii() and text.isprintable() and len(text) <= 2_000
