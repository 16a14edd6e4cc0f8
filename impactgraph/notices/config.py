"""The declaration of channels and rules, as a file of notices has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from graph_models.enums import FailureClass
from graph_models.journal import NoticeKind, NoticeLevel
from graph_models.time import DAY, MINUTE, SECOND, Millis
from graph_models.zones import UTC, local
from impactgraph.sources.config import Secret


class Concern(StrEnum):
    """Who owns what an incident does: who has to repair it, or to explain it."""

    OPERATIONS = "operations"
    """Warehouses, stores and carriers: orders that stand still, tasks."""
    IT = "it"
    """Systems and their interfaces."""
    INTEGRATION = "integration"
    """Messages, files and data between systems."""
    FINANCE = "finance"
    """Postings."""
    CUSTOMER_CARE = "customer_care"
    """Promises and messages to customers."""


OF_INCIDENTS = (NoticeKind.NEW, NoticeKind.CHANGED, NoticeKind.RESOLVED)
"""What rules tell of; requests to carry out a step come from people."""


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """An address of Apprise: a chat, a pager, mail."""

    key: str
    address: str | Secret
    """With `{name}` in place of each secret."""
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    kind: str = "apprise"


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """An address that takes notices as JSON, signed as Standard Webhooks are."""

    key: str
    url: str
    secret: Secret
    kind: str = "webhook"


Channel: TypeAlias = AppriseChannel | WebhookChannel


@dataclass(frozen=True, slots=True)
class When:
    """Of which incidents: any value within a field, all fields across; None is not restricted."""

    promises: int | None = None
    """Expected promises missed, at least."""
    orders: int | None = None
    value: Decimal | None = None
    """Of the orders, at least, in the reporting currency."""
    level: NoticeLevel | None = None
    """At least."""
    rank: int | None = None
    """Among the first so many."""
    owners: tuple[str, ...] | None = None
    """Bare keys of the teams that own the likeliest cause."""
    concerns: tuple[Concern, ...] | None = None
    elements: tuple[str, ...] | None = None
    """Full ids of the likeliest cause."""
    classes: tuple[FailureClass, ...] | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a rule sends nothing new; what still holds at their end is sent then."""

    start: Millis
    """Of the day."""
    until: Millis
    """Of the day; not after `start`: of the next day."""
    timezone: str = UTC
    below: NoticeLevel | None = None
    """Incidents at this level or above are sent all the same; None: none are."""

    def holds(self, at: Millis, level: NoticeLevel) -> bool:
        """Whether an incident of this level has to wait."""
        if self.below is not None and level.height >= self.below.height:
            return False
        now = local(at, self.timezone)
        of_day = ((now.hour * 60 + now.minute) * 60 + now.second) * SECOND
        if self.start < self.until:
            return self.start <= of_day < self.until
        return of_day >= self.start or of_day < self.until


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    to: tuple[str, ...]
    """Keys of channels."""
    when: When = When()
    on: tuple[NoticeKind, ...] = OF_INCIDENTS
    after: Millis | None = None
    """Only of an incident that nobody has acknowledged for so long."""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """All of a file of notices."""

    channels: Mapping[str, Channel]
    rules: tuple[Rule, ...]
    public_url: str | None = None
    """Address of the server, for links; without a slash at its end."""
    teams: Mapping[Concern, tuple[str, ...]] = field(default_factory=dict[Concern, tuple[str, ...]])
    """Bare keys of the teams that own each concern."""
    every: Millis = 15 * SECOND
    """How often incidents are looked at."""
    give_up: Millis = DAY
    """After which time a notice is not tried again."""


CALM: Millis = 30 * MINUTE
"""An incident that becomes smaller, or gets another likeliest cause, is notified again after this time."""
SETTLED: Millis = 5 * MINUTE
"""An incident that ended this long ago is notified as ended: one that flaps is not."""
