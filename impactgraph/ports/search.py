"""Search of orders, fulfillments and documents by their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """What a text identifies: an order, one of its fulfillments (`fulfillment`), or a document (`document`).

    Keys are bare.
    """

    order: str
    fulfillment: str | None = None
    document: str | None = None
    """Also another system's id of the order."""
    record: str = ""
    """Type of the record that has the document, such as `invoice`; name of the attribute that has an id."""


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """The number of an order without prefix and leading zeros, with that of a fulfillment if there is one:
    `21462`, `21462/1`.
    """

    order: str
    fulfillment: str | None = None

    @property
    def digits(self) -> str:
        """Digits that every id with this number contains."""
        return self.order

    @property
    def pattern(self) -> str:
        """Regular expression (RE2) of the ids that have this number, with or without leading zeros."""
        fulfillment = "" if self.fulfillment is None else f"/0*{self.fulfillment}"
        return f"(^|[^0-9])0*{self.order}{fulfillment}([^0-9]|$)"


class IdSearch(Protocol):
    """Finds what ids, or parts of them, stand for."""

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        """At most `first` orders, fulfillments and documents whose id matches the text.

        The text is looked for as written, in capitals and in small letters. Exact matches come first, then
        orders and fulfillments whose id begins with it. `inside`: instead orders, fulfillments and documents
        whose id contains it in any case, which scans all of them.
        """
        ...

    def find_number(self, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
        """At most `first` orders, or fulfillments, with this number. Scans all of them."""
        ...

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Bare keys of the fulfillments that have a posting with each of these documents; without documents
        that no posting has.
        """
        ...
