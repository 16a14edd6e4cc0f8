"""Principals, the permissions of their roles, and the orders that they may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a role may permit."""

    READ = "read"
    """Ask about orders, failures, incidents, the topology and measures."""
    READ_PERSONAL = "read-personal"
    """See attributes that are personal as they were received."""
    REPAIR = "repair"
    """Check off lines of repair lists."""
    WORK_ON_INCIDENTS = "work-on-incidents"
    """Report and end failures, and record actions on incidents, changes and maintenance."""
    SEND_EVENTS = "send-events"
    """Send events of any type."""
    APPLY_TOPOLOGY = "apply-topology"
    """Make a topology the current one."""
    USE_QUARANTINE = "use-quarantine"
    """See what was refused, as it was received, and ingest it again."""
    READ_METRICS = "read-metrics"
    """Read the metrics of the server, which count all orders."""
    ADMINISTER = "administer"
    """Manage keys, read the audit log, take ingests back, remove data of a person, change log levels."""


NEEDS_ALL_ORDERS = frozenset({Permission.USE_QUARANTINE, Permission.READ_METRICS, Permission.ADMINISTER})
"""What shows, or changes, more than some of the orders."""


class Role(StrEnum):
    """What somebody does with impactgraph."""

    VIEWER = "viewer"
    SERVICE_DESK = "service-desk"
    RESPONDER = "responder"
    ARCHITECT = "architect"
    INGEST = "ingest"
    MONITOR = "monitor"
    """Of a monitoring system."""
    ADMIN = "admin"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.SERVICE_DESK: frozenset({Permission.READ, Permission.READ_PERSONAL, Permission.REPAIR}),
    Role.RESPONDER: frozenset(
        {Permission.READ, Permission.REPAIR, Permission.WORK_ON_INCIDENTS, Permission.USE_QUARANTINE}
    ),
    Role.ARCHITECT: frozenset({Permission.READ, Permission.APPLY_TOPOLOGY}),
    Role.INGEST: frozenset({Permission.SEND_EVENTS}),
    Role.MONITOR: frozenset({Permission.READ_METRICS}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which orders somebody may see: those whose value is listed, in each dimension that lists any.

    Values are bare keys, sorted. An order with fulfillments in several regions or locations is visible where
    one of them is; it is then visible as a whole.
    """

    regions: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()

    @property
    def shows_everything(self) -> bool:
        return not (self.regions or self.brands or self.channels or self.locations)


ALL_ORDERS = RowFilter()


@dataclass(frozen=True, slots=True)
class View:
    """What somebody sees of the orders: which of them, and which of their attributes masked."""

    rows: RowFilter = ALL_ORDERS
    masked: tuple[str, ...] = ()
    """Names of attributes, sorted."""

    @property
    def shows_everything(self) -> bool:
        return self.rows.shows_everything and not self.masked


EVERYTHING = View()
MASK = "•••"
"""Is shown in place of every value of a masked attribute."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, or a program, whose requests are answered.

    `subject` identifies it for good, with the kind of its credentials: `key:3f9c`, `user:ISSUER#SUBJECT`,
    `local`. `name` is what people call it.
    """

    subject: str
    name: str
    roles: frozenset[Role]
    rows: RowFilter = ALL_ORDERS

    def may(self, permission: Permission) -> bool:
        """Whether its roles permit this for the orders that it may see."""
        if permission in NEEDS_ALL_ORDERS and not self.rows.shows_everything:
            return False
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def view(self, personal: Collection[str] = ()) -> View:
        """What it sees of the orders; `personal`: names of the attributes that are personal."""
        masked_names = () if self.may(Permission.READ_PERSONAL) else tuple(sorted(personal))
        return View(self.rows, masked_names)


LOCAL = Principal("local", "local", frozenset({Role.ADMIN}))
"""Whoever uses the store itself, or a server on the loopback address without authentication."""


class Keep(StrEnum):
    """What the record keeps of a personal attribute."""

    PLAIN = "plain"
    HASH = "hash"
    MASK = "mask"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class PersonalAttribute:
    """An attribute of orders that says something about a person."""

    keep: Keep = Keep.PLAIN


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """What a principal may ask for in a minute; None: as much as it likes."""

    requests: int | None = None
    points: int | None = None
    """Cost points: objects that GraphQL answers may have."""
