"""A diagnosis for programs: as JSON with GraphQL's names, or its timeline as rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.orders import TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.usecases.diagnoses import Case

_COLUMNS = (
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
)


@dataclass(frozen=True)
class DiagnosisAnswer:
    """The diagnosis of one order with its timeline."""

    case: Case
    timeline: Sequence[TimelineEntry]
    topology: Topology
    failures: Mapping[str, Failure]
    """By bare key."""
    as_of: Millis | None
    """As requested; None: now."""

    @property
    def at(self) -> Millis:
        """The moment of the diagnosis."""
        return self.case.situation.at


def why_json(answer: DiagnosisAnswer) -> Json:
    """GraphQL's Order with its timeline and its diagnosis."""
    encoder = Encoder(answer.at, answer.topology, failures=answer.failures)
    return encoder.encode(answer.case.situation.order) | {
        "timeline": encoder.encode(answer.timeline),
        "diagnosis": encoder.encode(answer.case.diagnosis),
    }


def why_rows(answer: DiagnosisAnswer) -> Rows:
    """The timeline, a row for each entry, with order and state in each, so that the rows of many orders can
    be joined.
    """
    return Rows(_COLUMNS, _rows(answer))


def _rows(answer: DiagnosisAnswer) -> Iterator[Mapping[str, object]]:
    for entry in answer.timeline:
        yield {
            "order": answer.case.situation.order.key,
            "state": answer.case.diagnosis.state.value,
            "at": iso_moment(entry.at),
            "kind": entry.kind,
            "title": entry.title,
            "detail": entry.detail,
            "expected": entry.expected,
            "late": entry.late,
            "fulfillment": entry.fulfillment,
            "element": entry.element,
            "failure": entry.failure,
        }
