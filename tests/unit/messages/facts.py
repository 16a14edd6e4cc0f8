"""Facts of an order that is being prepared, and what writes about it."""

from decimal import Decimal
from typing import Any

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerPart,
    CustomerStage,
)
from graph_models.customer_message import MessageForm
from graph_models.money import Money
from graph_models.time import HOUR, Millis, parse_moment
from impactgraph.messages.catalogue import Catalogue, Catalogues
from impactgraph.messages.read_catalogues import standard_catalogues
from impactgraph.messages.write import Writer

NOW: Millis = parse_moment("2026-11-23T18:34:00Z")
EURO = Money(Decimal("282.12"), "EUR")
STANDARD: Catalogues = standard_catalogues()


def part(stage: CustomerStage) -> CustomerPart:
    return CustomerPart("O-1/1", stage, EURO, "store-1")


def facts(kind: CustomerMessageKind = CustomerMessageKind.BEING_PREPARED, **given: Any) -> CustomerFacts:
    """Of an order that is expected in two hours, in four at the latest."""
    usual: dict[str, Any] = {
        "stage": CustomerStage.BEING_PREPARED,
        "arrival": CustomerArrival.DELIVERY,
        "expected_at": NOW + 2 * HOUR,
        "expected_by": NOW + 4 * HOUR,
    }
    usual |= given
    return CustomerFacts(kind, parts=usual.pop("parts", (part(usual["stage"]),)), **usual)


def message(
    of: CustomerFacts,
    language: str = "en",
    timezone: str = "UTC",
    form: MessageForm = MessageForm.NORMAL,
    **given: Any,
) -> str:
    _, catalogue = STANDARD.closest(language)
    given.setdefault("catalogue", catalogue)
    writer = Writer(language=language, form=form, timezone=timezone, now=NOW, order="O-019869", **given)
    return writer.message(of)


def english() -> Catalogue:
    return STANDARD.by_language["en"]
