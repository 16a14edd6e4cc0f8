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
    """The bare key of the order; says on standard error by what it was found, where that is not its id.

    Raises ImpactGraphError where the text names no order, or several.
    """
    from impactgraph.cli.output import console

    answer = answers.identify_order(text)
    order, match = answer["order"], answer["matched"]
    if order.casefold() not in text.casefold():
        by = "" if match == f"order {order}" else f", by {match}"
        console(error=True).print(f"Found {order}{by}.", style="dim")
    return order
