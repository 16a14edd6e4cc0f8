"""The topology format, declared once: sections and fields, for the loader and for the JSON Schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph_models.enums import Medium, Transport
from graph_models.time import Millis
from graph_models.topology import (
    Api,
    Buffer,
    Data,
    Element,
    Integration,
    Location,
    Region,
    Retry,
    Schedule,
    System,
    Team,
    Workflow,
)
from impactgraph.topology import element_checks
from impactgraph.topology.document import Map
from impactgraph.topology.fields import Body, Field, Fields, Reading, Several
from impactgraph.topology.format_hours import (
    HolidayCalendars,
    HolidayList,
    Hours,
    PickupsByCarrier,
    with_cutoff,
)
from impactgraph.topology.format_playbooks import PLAYBOOKS, make_playbook
from impactgraph.topology.format_steps import (
    INTEGRATION,
    LOCATION_KINDS,
    NAME,
    NEEDS,
    SPAN,
    TEXT,
    Steps,
    with_needs,
)
from impactgraph.topology.locale_fields import Language, TimeZone
from impactgraph.topology.reference_fields import Pointer, TeamOrContact
from impactgraph.topology.values import Cron, Every, Flag, Fraction, Rate, TimeOrMoment, Whole, Word

FORMAT_VERSION = 1
CSV_COLUMNS = (
    "id",
    "kind",
    "region",
    "name",
    "timezone",
    "language",
    "hours",
    "holidays",
    "pickups",
    "cutoff",
)
PROTOCOLS = ("rest", "graphql", "soap", "grpc", "edi", "idoc", "event")
LIFECYCLES = ("experimental", "production", "deprecated")


@dataclass(frozen=True)
class Section:
    """A section of the document: a map from key to a body with these fields."""

    name: str
    kind: str
    help: str
    fields: Fields
    make: Callable[..., Element | Region]
    """Called with `key`, `name` and the other values by attribute."""
    check: Callable[[dict[str, Any], Map, Reading], None] = element_checks.nothing
    """Check across the fields of the element; gets the readable values."""


def _system(key: str, **values: Any) -> System:
    return System(key=key, **with_needs(values))


def _integration(
    key: str,
    schedule: Schedule | None = None,
    at: Millis | None = None,
    timezone: str | None = None,
    **values: Any,
) -> Integration:
    if schedule is not None:
        schedule = replace(schedule, at=at or None, timezone=timezone)
    declaration: Transport | Medium = values.pop("transport")
    medium = declaration if isinstance(declaration, Medium) else None
    if medium is Medium.WEBHOOK:
        retry: Retry = values.get("retry") or Retry()
        values["buffer"] = Buffer(retention=max(retry.lasting, (retry.attempts - 1) * retry.backoff))
    transport = declaration.transport if isinstance(declaration, Medium) else declaration
    return Integration(key=key, schedule=schedule, transport=transport, medium=medium, **values)


_TRANSPORTS = (*(each.value for each in Transport), *(each.value for each in Medium))


def _transport(word: str) -> Transport | Medium:
    return Medium(word) if word in tuple(Medium) else Transport(word)


def _location(key: str, cutoff: Millis | None = None, **values: Any) -> Location:
    location = Location(key=key, **values)
    return replace(location, pickups=with_cutoff(location.pickups, cutoff))


_OWNER = Field("owner", Pointer("team"), "The team that owns it.")
_ENDS = Pointer("system", "api", full=True)

_TEAMS = Fields(
    (
        NAME,
        Field("contact", TEXT, "Where it is called: a channel, an address, a number."),
        Field("escalation", Several(TeamOrContact()), "Teams or contacts to call next, in order."),
    )
)
_LOCATIONS = Fields(
    (
        Field("kind", Word(LOCATION_KINDS), "What it is.", required=True),
        Field("region", TEXT, "The region that it belongs to."),
        NAME,
        Field("timezone", TimeZone(), "Its time zone by IANA name; by default that of its region."),
        Field("language", Language(), "The language of its customers; by default that of its region."),
        Field("hours", Hours(), "When it is open, by day; by default always."),
        Field("holidays", HolidayList(), "When it is closed, in addition to those of its region."),
        Field("pickups", PickupsByCarrier(), "When orders are collected there."),
        Field("cutoff", SPAN, "How long before a pick-up an order must be ready."),
    )
)
_REGIONS = Fields(
    (
        NAME,
        Field("timezone", TimeZone(), "Its time zone by IANA name; by default that of the topology."),
        Field("language", Language(), "The language of its customers; by default that of the topology."),
        Field(
            "holidays", HolidayList(), "When its locations are closed, in addition to those of the topology."
        ),
    )
)
_SYSTEMS = Fields(
    (
        NAME,
        _OWNER,
        Field("tier", Whole(1), "How much depends on it; 1 is the highest."),
        Field(
            "kind", TEXT, "Such as commerce, oms, wms, tms, erp, pos, payments, broker, ipaas or api_gateway."
        ),
        Field(
            "per_location",
            Flag(),
            "One instance at each location, so that a failure may be scoped to locations.",
        ),
        *NEEDS,
    )
)
_APIS = Fields(
    (
        NAME,
        Field("system", Pointer("system"), "The system that offers it.", required=True),
        Field("protocol", Word(PROTOCOLS), "How it is spoken to."),
        Field("version", TEXT, "Its version."),
        Field("lifecycle", Word(LIFECYCLES), "Whether one should still build on it."),
        Field("schema", TEXT, "Name and version of what it takes, such as order@7."),
        Field("rate_limit", TEXT, "How many calls it allows, such as 600/min."),
    )
)
_RETRY = Fields(
    (
        Field("attempts", Whole(1), "How often it is tried in all."),
        Field("backoff", SPAN, "The wait between two attempts."),
        Field(
            "for",
            SPAN,
            "How long it goes on trying: an outage shorter than this only delays.",
            attribute="lasting",
        ),
    )
)
_BUFFER = Fields(
    (
        Field("capacity", Whole(1), "How many messages it holds."),
        Field("rate", Rate(), "How fast it drains: N/s, N/min or N/h."),
        Field("retention", SPAN, "How long it keeps a message."),
    )
)
_SLO = Fields((Field("latency", SPAN, "The time in which it should deliver."),))
_INTEGRATIONS = Fields(
    (
        NAME,
        Field("from", _ENDS, "The system or api that sends.", required=True, attribute="source"),
        Field("to", _ENDS, "The system or api that receives.", required=True, attribute="target"),
        Field(
            "transport",
            Word(_TRANSPORTS, _transport),
            "How calls or messages travel.",
            required=True,
        ),
        Field("partitions", Whole(1), "Of a topic: how many partitions it has."),
        Field(
            "via", Several(Pointer("system", full=True)), "Systems that it passes: broker, iPaaS, gateway."
        ),
        Field("carries", Several(TEXT), "Message types."),
        Field("retry", Body(_RETRY, lambda v: Retry(**v)), "What is done when a call or delivery fails."),
        Field("timeout", SPAN, "How long a call waits for its answer."),
        Field("dead_letter", TEXT, "The queue where rejected messages are kept; without one they are lost."),
        Field("buffer", Body(_BUFFER, lambda v: Buffer(**v)), "What a queue or stream holds."),
        Field(
            "every",
            Every(),
            "Batch and file: the interval between runs, counted from midnight or from `at`; or a cron "
            "expression.",
            attribute="schedule",
        ),
        Field("cron", Cron(), "Batch and file: when it runs, in place of `every`.", attribute="schedule"),
        Field(
            "at",
            TimeOrMoment(),
            "With `every`: one of the runs, a time of day or a moment. Intervals that do not divide a "
            "day are counted from the day on which a topology is first applied, unless `at` is a moment.",
        ),
        Field(
            "timezone",
            TimeZone(),
            "With `every` or `cron`: the time zone that they are read in, by IANA name; by default that of "
            "the topology, else UTC.",
        ),
        Field("idempotent", Flag(), "Whether the receiver ignores what it has seen."),
        Field("schema", TEXT, "Name and version of the messages, such as adjustment@3."),
        _OWNER,
        Field(
            "slo", Body(_SLO, lambda v: v.get("latency")), "What it should reach.", attribute="slo_latency"
        ),
    )
)
_DATA = Fields(
    (
        NAME,
        Field("system", Pointer("system"), "The system that holds it.", required=True),
        Field(
            "fed_by",
            Several(INTEGRATION),
            "Integrations that keep it fresh; each feeds its own part of the scope.",
        ),
        Field("fresh_within", SPAN, "Older than this is stale."),
        Field(
            "decision_risk",
            Fraction(),
            "How likely a step that reads it stale decides wrongly; 1 where it is left out.",
        ),
    )
)
_WORKFLOWS = Fields(
    (
        NAME,
        Field("modes", Several(TEXT), "Fulfillment modes of the orders that take it."),
        Field("channels", Several(TEXT), "Channels of the orders that take it."),
        Field("steps", Steps(), "The steps in their order; the first is where orders begin.", required=True),
    )
)
SINGLE_FIELDS: Mapping[str, Field] = {
    each.name: each
    for each in (
        Field(
            "timezone",
            TimeZone(),
            "Time zone where neither location nor region has one, and of schedules that name none; UTC by "
            "default.",
        ),
        Field(
            "language",
            Language(),
            "Language of customers where neither order, location nor region has one, and of the texts that "
            "name none; English by default.",
        ),
        Field(
            "holidays",
            HolidayCalendars(),
            "Dates on which all locations are closed, or calendars of such dates by name.",
        ),
    )
}
"""Fields of the topology itself, at the top of a document."""

SECTIONS = (
    Section("teams", kind="team", help="Who owns and is called.", fields=_TEAMS, make=Team),
    Section(
        "regions",
        kind="region",
        help="Time zones and languages of the regions that locations and orders name.",
        fields=_REGIONS,
        make=Region,
    ),
    Section(
        "locations",
        kind="location",
        help="Stores, distribution centres, third parties.",
        fields=_LOCATIONS,
        make=_location,
        check=element_checks.location,
    ),
    Section(
        "systems",
        kind="system",
        help="Applications and middleware.",
        fields=_SYSTEMS,
        make=_system,
        check=element_checks.needs,
    ),
    Section("apis", kind="api", help="What a system offers.", fields=_APIS, make=Api),
    Section(
        "integrations",
        kind="integration",
        help="Calls or messages from one system to another.",
        fields=_INTEGRATIONS,
        make=_integration,
        check=element_checks.integration,
    ),
    Section(
        "data",
        kind="data",
        help="A copy of data that a system holds and steps read.",
        fields=_DATA,
        make=Data,
    ),
    Section(
        "workflows",
        kind="workflow",
        help="How an order is fulfilled.",
        fields=_WORKFLOWS,
        make=Workflow,
        check=element_checks.workflow,
    ),
    Section("playbooks", kind="playbook", help="Governed remediation.", fields=PLAYBOOKS, make=make_playbook),
)
