"""The policy of a server: who must authenticate, and where it may listen."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from impactgraph.access.config import AccessRules
from impactgraph.errors import BadInputError, Problem
from impactgraph.ports.access import KeyStore

OPEN_WARNING = (
    "Warning: everybody who reaches this server may do everything (IMPACTGRAPH_OPEN). Let only a proxy that "
    "authenticates reach it."
)
NO_KEY = "Nobody can authenticate yet: impactgraph keys create --role admin --name NAME"


@dataclass(frozen=True, slots=True)
class ServePolicy:
    """What a server decides by before it listens."""

    host: str
    rules: AccessRules | None
    """None: there is no access file."""
    keys: KeyStore
    has_admin_key: bool = False
    is_open: bool = False
    """Whether it may serve other machines without authentication."""

    @property
    def is_required(self) -> Callable[[], bool]:
        """Whether requests must authenticate: where there is an access file or a key, also a revoked one."""
        if self.rules is not None or self.has_admin_key:
            return lambda: True
        return lambda: bool(self.keys.keys())

    @property
    def has_way_in(self) -> bool:
        """Whether anybody can authenticate."""
        has_provider = self.rules is not None and bool(self.rules.oidc)
        return has_provider or self.has_admin_key or bool(self.keys.keys())

    def check(self) -> None:
        """Raises BadInputError where other machines could do everything, or nobody anything."""
        if is_loopback(self.host) or self.has_way_in or (self.is_open and self.rules is None):
            return
        raise BadInputError(
            Problem(
                f"Listening on {self.host} needs authentication, and there is no key yet. Create one: "
                "`impactgraph keys create --role admin --name NAME` (with the same --store), name a file "
                "with one in IMPACTGRAPH_ADMIN_KEY_FILE, or declare `oidc` in an access file "
                "(docs/access.md). Behind a proxy that authenticates: IMPACTGRAPH_OPEN=1. For this machine "
                "only: --host 127.0.0.1."
            )
        )

    def about(self) -> str:
        """Whom it serves, for the first line: behind the address."""
        if self.is_required():
            return "to whoever authenticates"
        if is_loopback(self.host):
            return "to this machine only, without authentication"
        return "to everybody, without authentication"

    def warnings(self) -> tuple[str, ...]:
        if self.is_required():
            return () if self.has_way_in else (NO_KEY,)
        return () if is_loopback(self.host) else (OPEN_WARNING,)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
