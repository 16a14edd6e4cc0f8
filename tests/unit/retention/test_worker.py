"""Rules that a server applies by schedule: what each removed is in the audit log under the rule's name."""

from pathlib import Path

import pytest

from impactgraph.access.audit_file import FileAudit
from impactgraph.errors import StoreUnavailableError
from impactgraph.retention.format import parse_retention
from impactgraph.retention.worker import RetentionWorker
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.test_removals import fill

RULES = parse_retention("rules: [{name: shipped, after: 1d}, {name: refused, after: 9d, quarantine: true}]")
NOW = at(2 * 24 * 60)


@pytest.fixture
def worker(tmp_path: Path) -> RetentionWorker:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    fill(store)
    return RetentionWorker(store, RULES, FileAudit(tmp_path, lambda: NOW), now=lambda: NOW)


def test_each_rule_says_what_it_removed(worker: RetentionWorker, tmp_path: Path) -> None:
    worker.round(RULES)

    events = [entry.event for entry in FileAudit(tmp_path, lambda: NOW).entries()]
    assert [(event.subject, event.operation, event.outcome) for event in events] == [
        (f"rule:{name}", "retention", outcome)
        for name in ("shipped", "refused")
        for outcome in ("begun", "done")
    ]
    assert events[1].arguments == {
        "rule": "shipped",
        "before": "2026-03-03T12:00:00+00:00",
        "orders": 1,
        "events": 7,
        "quarantined": 0,
        "audited": 0,
    }


def test_nothing_is_removed_that_cannot_be_recorded(worker: RetentionWorker, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()

    with pytest.raises(StoreUnavailableError):
        worker.round(RULES)
