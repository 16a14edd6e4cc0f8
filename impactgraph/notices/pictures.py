"""Pictures: an incident at a moment, as rules and texts of notices see it: rank, level, owners, step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from graph_models.enums import FailureClass
from graph_models.estimates import Estimates, comparable_amount
from graph_models.failure import Failure
from graph_models.journal import NoticeLevel
from graph_models.playbooks import Playbook
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.impact.owners import is_about
from impactgraph.notices.config import SETTLED, Concern, NoticeRules
from impactgraph.topology.names import element_text
from impactgraph.usecases.elements import contact_name
from impactgraph.usecases.incidents import IncidentReport

_OF_CAUSE = {
    "system": Concern.IT,
    "api": Concern.IT,
    "integration": Concern.INTEGRATION,
    "data": Concern.INTEGRATION,
    "location": Concern.OPERATIONS,
}
"""Who owns a cause, by the kind of its element."""
_STEPS = (
    (NoticeLevel.CRITICAL, 1_000, 10_000),
    (NoticeLevel.HIGH, 100, 1_000),
    (NoticeLevel.MEDIUM, 10, 100),
)
"""Expected promises missed, or orders, from which an incident has a level."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An incident that is not over, as notices show it."""

    incident: str
    keys: frozenset[str]
    """Of its failures, and its own."""
    headline: str
    impact: str
    started_at: Millis
    known_at: Millis
    """When its first failure was reported."""
    is_active: bool
    """One of its failures has not ended."""
    is_quiet: bool
    rank: int
    """From 1 on."""
    of: int
    """How many are ranked."""
    level: NoticeLevel
    promises: float
    orders: float
    value: Decimal
    """In the reporting currency; 0 where that is not known."""
    cause: str
    """Full id of the likeliest; empty where nothing explains it."""
    cause_text: str
    """As a sentence has it, with class and likelihood."""
    failure_class: FailureClass | None
    owner: str | None
    """Bare key of the team that owns the cause."""
    concerns: tuple[Concern, ...]
    owners_text: str
    """Who owns the cause and what it does, with contacts."""
    first_step: str
    failures: tuple[str, ...]
    opened_at: Millis = 0
    """What people did before does not count."""
    quiet_reason: str = ""
    """Why it is quiet; empty where it is not."""


def pictures_of(
    reports: Sequence[IncidentReport], topology: Topology, rules: NoticeRules
) -> tuple[Picture, ...]:
    """Of active incidents, in the order of their rank."""
    loud = sum(not report.is_quiet for report in reports)
    return tuple(_picture(report, rank, loud, topology, rules) for rank, report in enumerate(reports, 1))


def level_of(estimates: Estimates | None) -> NoticeLevel:
    """By expected promises missed and orders: 10 or 100 are medium, ten times as many high, then critical."""
    if estimates is None:
        return NoticeLevel.NONE
    promises, orders = estimates.promises_missed.expected, estimates.orders.expected
    for level, least_promises, least_orders in _STEPS:
        if promises >= least_promises or orders >= least_orders:
            return level
    return NoticeLevel.LOW


def concerns_of(
    report: IncidentReport, teams: Mapping[Concern, tuple[str, ...]] | None = None
) -> tuple[Concern, ...]:
    """Who has to repair or explain it: by its likeliest cause, what it affects, and its owner's concerns."""
    concerns = {concern for concern, keys in (teams or {}).items() if report.team in keys}
    if report.likely_cause:
        kind = report.likely_cause[0].element.partition(":")[0]
        concerns.add(_OF_CAUSE.get(kind, Concern.OPERATIONS))
    if (of := report.estimates) is not None:
        effects = (
            (
                Concern.OPERATIONS,
                of.stuck.expected >= 0.5 or of.tasks.possible or of.supplier_orders.possible,
            ),
            (Concern.FINANCE, of.postings.possible),
            (Concern.CUSTOMER_CARE, of.promises_missed.expected >= 0.5 or of.notifications.possible),
        )
        concerns |= {concern for concern, is_hit in effects if is_hit}
    return tuple(each for each in Concern if each in concerns)


def _picture(report: IncidentReport, rank: int, loud: int, topology: Topology, rules: NoticeRules) -> Picture:
    of, concerns = report.estimates, concerns_of(report, rules.teams)
    cause = report.likely_cause[0] if report.likely_cause else None
    currency = topology.rates.currency if topology.rates is not None else None
    return Picture(
        incident=report.key,
        keys=frozenset({report.key, *(failure.key for failure in report.failures)}),
        headline=report.headline,
        impact=report.impact,
        started_at=min(map(_begun_at, report.failures), default=report.started_at),
        known_at=min(map(_known_at, report.failures), default=report.started_at),
        is_active=report.is_active,
        is_quiet=report.is_quiet,
        rank=rank,
        of=loud,
        level=NoticeLevel.NONE if report.is_quiet else level_of(of),
        promises=of.promises_missed.expected if of else 0.0,
        orders=of.orders.expected if of else 0.0,
        value=comparable_amount(of.value, currency) if of else Decimal(0),
        cause=cause.element if cause else "",
        cause_text=_cause_text(report, topology),
        failure_class=cause.failure_class if cause else None,
        owner=report.team,
        concerns=concerns,
        owners_text=_owners_text(report.team, concerns, topology, rules),
        first_step=_first_step(report, topology),
        failures=tuple(failure.key for failure in report.failures),
        opened_at=report.life.opened_at,
        quiet_reason=report.reason if report.is_quiet else "",
    )


def _begun_at(failure: Failure) -> Millis:
    """When it began, with the times before that it was gone for a moment only: it flaps."""
    begun_at = failure.started_at
    for episode in reversed(failure.former_episodes):
        if episode.ended_at is None or begun_at - episode.ended_at >= SETTLED:
            break
        begun_at = episode.started_at
    return begun_at


def _known_at(failure: Failure) -> Millis:
    return max(failure.started_at, failure.reported_at)


def _cause_text(report: IncidentReport, topology: Topology) -> str:
    if not report.likely_cause:
        return ""
    cause = report.likely_cause[0]
    words = cause.failure_class.value.lower().replace("_", " ")
    return f"{element_text(topology, cause.element)} ({words}, {100 * cause.score:.0f} %)"


def _owners_text(
    owner: str | None, concerns: Sequence[Concern], topology: Topology, rules: NoticeRules
) -> str:
    parts = [f"Owner: {_team_text(topology, owner)}." if owner else "Nobody owns its likeliest cause."]
    shares = [_concern_text(each, topology, rules) for each in concerns]
    if shares:
        parts.append(f"Concerns: {', '.join(shares)}.")
    return " ".join(parts)


def _concern_text(concern: Concern, topology: Topology, rules: NoticeRules) -> str:
    name = "IT" if concern is Concern.IT else concern.value.replace("_", " ")
    teams = " and ".join(_team_text(topology, key) for key in rules.teams.get(concern, ()))
    return f"{name} ({teams})" if teams else name


def _team_text(topology: Topology, key: str) -> str:
    """Its name, and whom to contact first and next."""
    team = topology.teams.get(key)
    if team is None:
        return key
    contacts = [team.contact, *(contact_name(topology, each) for each in team.escalation[:1])]
    return ", ".join([team.name or key, ", then ".join(filter(None, contacts))]).removesuffix(", ")


def _first_step(report: IncidentReport, topology: Topology) -> str:
    """Of the first playbook that is about the likeliest cause; else whom to call."""
    if report.likely_cause:
        cause = report.likely_cause[0]
        for playbook in topology.playbooks.values():
            if is_about(playbook, cause.element, frozenset({cause.failure_class})) and playbook.steps:
                return _step_text(topology, playbook)
    if report.team is not None:
        return f"No playbook covers it: call {_team_text(topology, report.team)}."
    return "No playbook covers it, and nobody owns it: open its page."


def _step_text(topology: Topology, playbook: Playbook) -> str:
    step = playbook.steps[0]
    approval = f" (needs approval: {contact_name(topology, step.approval)})" if step.approval else ""
    return f"{step.text.rstrip('.')}{approval}. Playbook: {playbook.name or playbook.key}."
