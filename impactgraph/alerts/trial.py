"""Trial of a document against the rules of alerts: its outcome, and missing rules. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.message import MalformedAlertError, SenderReport
from impactgraph.alerts.outcome import Origin, Outcome, outcome_of
from impactgraph.alerts.rules import AlertRules, has_placeholder
from impactgraph.alerts.suggestions import Suggester, Suggestion, rule_text
from impactgraph.errors import Problem
from impactgraph.topology.find import near


@dataclass(frozen=True, slots=True)
class Trial:
    """One alert or change of a document."""

    outcome: Outcome
    sender: str
    suggestions: tuple[Suggestion, ...] = ()
    """Where no rule matches."""
    unknown_element: str = ""
    """What is wrong with the element, where the topology does not have it."""

    @property
    def problem(self) -> str:
        """Why it would be quarantined; empty where it would not."""
        return self.outcome.refusal or self.unknown_element

    @property
    def proposed_rules(self) -> tuple[str, ...]:
        """To paste, one for each suggestion."""
        return tuple(rule_text(self.sender, each, self.outcome.message.name) for each in self.suggestions)


def read_report(sender: str, text: bytes, received_at: Millis) -> SenderReport:
    """The content of a document. Raises MalformedAlertError."""
    if not text.strip():
        raise MalformedAlertError("it is empty")
    return SENDERS[sender].read(text, received_at)


def trials(report: SenderReport, origin: Origin, rules: AlertRules, topology: Topology | None) -> list[Trial]:
    """In the order of the document; without a topology there are no suggestions."""
    suggester = Suggester(topology) if topology else None
    return [
        _trial(outcome_of(message, origin, rules), origin, suggester, topology) for message in report.messages
    ]


def _trial(outcome: Outcome, origin: Origin, suggester: Suggester | None, topology: Topology | None) -> Trial:
    if outcome.refusal and outcome.rule is None and suggester is not None:
        return Trial(outcome, origin.sender, suggester.suggest(outcome.message))
    data = outcome.data
    target = data.get("target") or next(iter(data.get("elements", ())), None)
    problem = unknown_element(topology, target) if topology is not None and target else ""
    return Trial(outcome, origin.sender, unknown_element=problem)


def unknown_element(topology: Topology, identifier: str) -> str:
    """A sentence with near ids; empty where the topology has the element."""
    if identifier in topology.elements:
        return ""
    similar = near(topology, identifier)
    hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
    return f"the topology has no {identifier}.{hint}"


def element_problems(rules: AlertRules, topology: Topology) -> Sequence[Problem]:
    """Elements that rules name and the topology does not have."""
    return [
        Problem(f"`element`: {problem}", rules.file, rule.line)
        for rule in rules.rules
        if rule.element
        and not has_placeholder(rule.element)
        and (problem := unknown_element(topology, rule.element))
    ]
