"""What each endpoint of the API and each root field of GraphQL requires: one table.

`ANYBODY` stands for everybody who is authenticated. What has no line here is for administrators only.
"""

from collections.abc import Mapping
from typing import Final

from graph_models.access import Permission

ANYBODY: Final = None
_READ = Permission.READ
_WORK = Permission.WORK_ON_INCIDENTS

ENDPOINTS: Mapping[str, Permission | None] = {
    "/graphql": ANYBODY,  # its fields decide
    "/mcp": ANYBODY,  # its tools ask GraphQL
    "/openapi.json": ANYBODY,
    "/events": Permission.SEND_EVENTS,
    "/export": _READ,
    "/export/repair": _READ,
    "/export/list": ANYBODY,  # the fields of GraphQL decide
    "/audit": Permission.ADMINISTER,
    "/backup": Permission.ADMINISTER,
    "/forget": Permission.ADMINISTER,
    "/retention": Permission.ADMINISTER,
    "/logs": Permission.ADMINISTER,
    "/metrics": Permission.READ_METRICS,
}
"""By path."""

QUERIES: Mapping[str, Permission | None] = {
    "about": ANYBODY,
    "serverTime": ANYBODY,
    "viewer": ANYBODY,
    "audit": Permission.ADMINISTER,
    "ingests": Permission.USE_QUARANTINE,
    **dict.fromkeys(
        (
            *("blastRadius", "compareTopologies", "drift", "driftGroups", "element", "elements", "failures"),
            *("findOrder", "incident", "incidents", "measures", "node", "notices", "noticesDue", "order"),
            *("orders", "overdue", "paths", "payloadFindings", "reconciliation", "recordList", "recordRates"),
            *("recordTotals", "records", "repair", "search", "searchHits", "sources", "topologies"),
            "topologyMap",
        ),
        _READ,
    ),
}
MUTATIONS: Mapping[str, Permission | None] = {
    **dict.fromkeys(
        (
            *("acknowledgeIncident", "assignIncident", "noteIncident", "mitigateIncident", "closeIncident"),
            *("reopenIncident", "mergeIncidents", "splitIncident", "startStep", "doStep", "undoStep"),
            *("planMaintenance", "cancelMaintenance"),
            *("reportFailure", "reportSuspect", "updateFailure", "resolveFailure"),
        ),
        _WORK,
    ),
    "reconcile": Permission.REPAIR,
    "applyTopology": Permission.APPLY_TOPOLOGY,
    "applyTopologyFiles": Permission.APPLY_TOPOLOGY,
}
SUBSCRIPTIONS: Mapping[str, Permission | None] = dict.fromkeys(("blastRadius", "incidents", "order"), _READ)
