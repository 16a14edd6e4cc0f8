"""A diagnosis for programs: as JSON with GraphQL's names, or its timeline as rows."""

from collections.abc import Iterator, Mapping

from impactgraph.cli.decode import key_in
from impactgraph.cli.encode import Encoder, Json
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
        "seenIn": encoder.encode(answer.seen_in),
        "diagnosis": encoder.encode(answer.diagnosis)
        | {
            "customerMessage": layout.message(answer.messages).text,
            "customerMessages": [encoder.encode(message) for message in answer.messages.all()],
            "customerFacts": answer.messages.facts_json(),
        },
    }


def why_rows(order: Json) -> Rows:
    """The timeline, a row for each entry, with order and state in each, so that the rows of many
    orders can be joined.
    """
    return Rows(_COLUMNS, _rows(order))


def _rows(order: Json) -> Iterator[Mapping[str, object]]:
    for entry in order["timeline"]:
        plain = {name: entry[name] for name in ("at", "kind", "title", "detail", "expected", "late")}
        yield plain | {
            "order": key_in(order["id"]),
            "state": order["diagnosis"]["state"],
            "fulfillment": key_in(entry["fulfillment"]) if entry["fulfillment"] else None,
            "element": entry["element"]["id"] if entry["element"] else None,
            "failure": key_in(entry["failure"]["id"]) if entry["failure"] else None,
        }
