"""Applies a topology as the current version, or reports what would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph_models.time import Millis
from impactgraph.errors import Problem
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.topology.load import CheckedDocuments, check_documents, check_path
from impactgraph.usecases.compare_topologies import TopologyChange, change_between
from impactgraph.usecases.orders import current_topology


@dataclass(frozen=True, slots=True)
class TopologyOutcome:
    """`version`: the current one afterwards; None after a dry run, or where problems prevented it."""

    version: TopologyVersion | None
    change: TopologyChange | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        return self.change is not None and self.change.difference.nothing


def apply_documents(
    store: Store, documents: Mapping[str, str], now: Millis, *, dry_run: bool = False
) -> TopologyOutcome:
    """Applies documents, given as text by file name.

    A topology with errors is not applied; one without a change does not create a version.
    """
    return _apply(store, check_documents(documents), now, dry_run=dry_run)


def apply_path(store: Store, path: Path, now: Millis, *, dry_run: bool = False) -> TopologyOutcome:
    """Applies a file or a folder, as `apply_documents`."""
    return _apply(store, check_path(path), now, dry_run=dry_run)


def _apply(store: Store, validation: CheckedDocuments, now: Millis, *, dry_run: bool) -> TopologyOutcome:
    if validation.topology is None:
        return TopologyOutcome(None, None, validation.errors, validation.warnings)
    change = change_between(store, current_topology(store), validation.topology)
    current = next((version for version in store.topologies() if version.current), None)
    if dry_run:
        return TopologyOutcome(None, change, (), validation.warnings)
    if current is None or not change.difference.nothing:
        current = store.apply_topology(validation.topology, validation.documents, now)
    return TopologyOutcome(current, change, (), validation.warnings)
