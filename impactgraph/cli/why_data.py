"""A diagnosis for programs: as JSON with GraphQL's names, or its timeline as rows."""

from collections.abc import Iterator, Mapping

from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.cli.why_message import MessageLayout
from impactgraph.usecases.why import WhyAnswer

DEFAULT_LAYOUT = MessageLayout()
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


def why_json(answer: WhyAnswer, layout: MessageLayout = DEFAULT_LAYOUT) -> Json:
    """GraphQL's Order with its timeline and its diagnosis; `customerMessage` as the layout says."""
    encoder = Encoder(answer.at, answer.topology, failures=answer.failures)
    return encoder.encode(answer.order) | {
        "timeline": encoder.encode(answer.timeline),
        "diagnosis": encoder.encode(answer.diagnosis)
        | {
            "customerMessage": layout.message(answer).text,
            "customerMessages": [encoder.encode(message) for message in answer.messages.all()],
            "customerFacts": answer.messages.facts_json(),
        },
    }


def why_rows(answer: WhyAnswer) -> Rows:
    """The timeline, a row for each entry, with order and state in each, so that the rows of many
    orders can be joined.
    """
    return Rows(_COLUMNS, _rows(answer))


def _rows(answer: WhyAnswer) -> Iterator[Mapping[str, object]]:
    for entry in answer.timeline:
        yield {
            "order": answer.order.key,
            "state": answer.diagnosis.state.value,
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
