"""Whole lists of an answer, page after page."""

from typing import Any

from graph_models.enums import RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.orders import Page
from impactgraph.impact.blast_radius import BlastRadius


def orders_of(answer: BlastRadius, first: int = 500, **asked: Any) -> list[AffectedOrder]:
    found: list[AffectedOrder] = []
    after: str | None = None
    while True:
        page: Page[AffectedOrder] = answer.orders(first=first, after=after, **asked)
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]


def records_of(answer: BlastRadius, kind: RecordKind, first: int = 500) -> list[AffectedRecord]:
    found: list[AffectedRecord] = []
    after: str | None = None
    while True:
        page: Page[AffectedRecord] = answer.records(kind, first=first, after=after)
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]
