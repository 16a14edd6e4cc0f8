"""Every alert in the quarantine is listed, whatever else is there."""

from collections.abc import Sequence
from typing import cast

from graph_models.topology import Topology
from impactgraph.ports.ingest import QuarantinedEvent
from impactgraph.ports.store import Store
from impactgraph.sources.waiting_alerts import waiting_alerts
from tests.alert_payloads import alertmanager, text
from tests.sources.shop import NOW
from tests.stores.events import topology

ENDPOINT = "POST /webhooks/alertmanager/prod"
NO_RULE = "no rule matches the alert 'OmsDown'"


class _Quarantine:
    def __init__(self, entries: Sequence[QuarantinedEvent]) -> None:
        self._entries = entries

    def quarantined_documents(self) -> Sequence[QuarantinedEvent]:
        return self._entries

    def topology(self) -> Topology:
        return topology()


def entry(number: int, reason: str, place: str = ENDPOINT) -> QuarantinedEvent:
    return QuarantinedEvent(number, reason, text(alertmanager()).decode(), place, NOW, "prod")


def waiting(limit: int, *entries: QuarantinedEvent) -> list[tuple[int, bool]]:
    """(number, whether its alert was recognised)."""
    store = cast(Store, _Quarantine(entries))
    return [(each.entry.number, each.trial is not None) for each in waiting_alerts(store, limit)]


def test_documents_of_other_endpoints_leave_the_alerts_their_place() -> None:
    assert waiting(1, entry(1, "row without id", "POST /in/shop"), entry(2, NO_RULE)) == [(2, True)]


def test_what_a_rule_refused_is_listed_with_its_reason() -> None:
    refused = entry(3, "the rule in a.yaml:2: 'system:{host}' needs the label host, which the alert lacks")

    assert waiting(9, refused) == [(3, False)]
