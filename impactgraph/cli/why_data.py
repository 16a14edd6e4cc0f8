"""A diagnosis for programs: as JSON in GraphQL's words, or its story as rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.diagnosis import Cause, Diagnosis, MissingRecord, PeerGroup
from graph_models.failure import Failure
from graph_models.orders import TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.cli import shape
from impactgraph.cli.show import Rows
from impactgraph.usecases.diagnoses import Case


@dataclass(frozen=True)
class Answer:
    """What is told; `asked` is the moment that was asked for (None: now)."""

    case: Case
    story: Sequence[TimelineEntry]
    topology: Topology
    failures: Mapping[str, Failure]
    asked: Millis | None

    @property
    def at(self) -> Millis:
        return self.case.situation.at


def data_of(found: Answer) -> shape.Shape:
    """GraphQL's Order with its timeline and its diagnosis."""
    order = found.case.situation.order
    named = _Named(found)
    return named.plain.order(order.key) | {
        "timeline": [named.entry(entry) for entry in found.story],
        "diagnosis": named.diagnosis(found.case.diagnosis),
    }


def rows_of(found: Answer) -> Rows:
    """The story, a line an entry, with the verdict in each, so that the rows of many orders can be put together."""
    return Rows(
        (
            "order",
            "state",
            "at",
            "kind",
            "title",
            "detail",
            "expected",
            "late",
            "fulfillment",
            "element",
            "failure",
        ),
        _rows(found),
    )


def _rows(found: Answer) -> Iterator[Mapping[str, object]]:
    key, state = found.case.situation.order.key, found.case.diagnosis.state.value
    for entry in found.story:
        yield {
            "order": key,
            "state": state,
            "at": shape.when(entry.at),
            "kind": entry.kind,
            "title": entry.title,
            "detail": entry.detail,
            "expected": entry.expected,
            "late": entry.late,
            "fulfillment": entry.fulfillment,
            "element": entry.element,
            "failure": entry.failure,
        }


class _Named:
    def __init__(self, found: Answer) -> None:
        order = found.case.situation.order
        self.plain, self._found = shape.Named(found.topology, found.at, {order.key: order}), found

    def entry(self, found: TimelineEntry) -> shape.Shape:
        return {
            "at": shape.when(found.at),
            "kind": found.kind,
            "title": found.title,
            "detail": found.detail,
            "expected": found.expected,
            "late": found.late,
            "fulfillment": f"fulfillment:{found.fulfillment}" if found.fulfillment else None,
            "element": self._element(found.element),
            "failure": self._failure(found.failure),
        }

    def diagnosis(self, found: Diagnosis) -> shape.Shape:
        return {
            "state": found.state.value,
            "since": shape.when(found.since),
            "headline": found.headline,
            "causes": [self._cause(each) for each in found.causes],
            "missing": [_record(each) for each in found.missing],
            "outOfSequence": [_record(each) for each in found.out_of_sequence],
            "peers": self._peers(found.peers) if found.peers is not None else None,
            "nextExpected": shape.when(found.next_expected),
            "owner": self.plain.team(found.owner) if found.owner else None,
            "playbooks": [self.plain.playbook(key) for key in found.playbooks],
            "customerMessage": found.customer_message,
        }

    def _cause(self, found: Cause) -> shape.Shape:
        return {
            "kind": found.kind,
            "likelihood": found.likelihood,
            "failure": self._failure(found.failure),
            "element": self._element(found.element),
            "path": shape.path(found.path) if found.path is not None else None,
            "evidence": found.evidence,
        }

    def _peers(self, found: PeerGroup) -> shape.Shape:
        return {
            "step": self._element(found.step),
            "location": self._element(f"location:{found.location}") if found.location else None,
            "overdue": found.overdue,
            "total": found.total,
            "sample": [{"id": f"order:{key}"} for key in found.sample],
            "inCommon": [shape.factor(each) for each in found.in_common],
        }

    def _element(self, identifier: str | None) -> shape.Shape | None:
        return self.plain.element(identifier) if identifier else None

    def _failure(self, key: str | None) -> shape.Shape | None:
        known = self._found.failures.get(key or "")
        return self.plain.failure(known) if known is not None else None


def _record(found: MissingRecord) -> shape.Shape:
    amount = shape.money(found.amount) if found.amount is not None else None
    return {
        "kind": found.kind.value,
        "type": found.type,
        "due": shape.when(found.due),
        "lateBy": shape.lasting(found.late_by),
        "amount": amount,
    }
