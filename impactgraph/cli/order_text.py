"""The order that a command is about, from the text that was typed or pasted."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from impactgraph.cli.answers.port import Answers

OrderText = Annotated[
    str,
    Parameter(
        help="An order: its id or number, a fulfillment, an external id, or the document number of a "
        "posting; also a phrase that has one."
    ),
]


def identify(answers: "Answers", text: str) -> str:
    """The bare key of the order. Calls `note_match`.

    Raises ImpactGraphError where the text names no order, or several.
    """
    answer = answers.identify_order(text)
    note_match(text, answer["order"], answer["matched"])
    return answer["order"]


def note_match(text: str, order: str, match: str) -> None:
    """Says on standard error by what the order (bare key) was found, where the text does not have its id."""
    from impactgraph.cli.output import console

    if order.casefold() not in text.casefold():
        by = "" if match == f"order {order}" else f", by {match}"
        console(error=True).print(f"Found {order}{by}.", style="dim")
