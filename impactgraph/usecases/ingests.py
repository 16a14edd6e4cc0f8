"""Ingests of files, with their import reports."""

from graph_models.orders import Page
from impactgraph.ports.ingest import Ingest
from impactgraph.ports.store import Store
from impactgraph.usecases.pages import page

__all__ = ["Ingest", "latest_ingests", "list_ingests"]

_ALL = 2**31 - 1


def list_ingests(store: Store, first: int | None = None, after: str | None = None) -> Page[Ingest]:
    """A page of all ingests, the newest first. Raises BadInputError for a bad page or cursor."""
    return page(store.ingests(_ALL), lambda ingest: (-ingest.number,), first=first, after=after)


def latest_ingests(store: Store, limit: int) -> list[Ingest]:
    """The latest ingests, the newest first."""
    return list(store.ingests(limit))
