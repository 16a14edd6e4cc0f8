"""GraphQL documents of the repair lists: they select what a local answer has, in its order."""

from impactgraph.cli.answers.documents import ELEMENT, MONEY, PAGE
from impactgraph.usecases.repair_exports import RepairExport

LISTS = {
    RepairExport.REPLAY: "replay",
    RepairExport.MESSAGES: "communications",
    RepairExport.FIRST: "reprioritise",
}
"""Field of GraphQL's Repair by list."""
_VALUE = f"value {{ {MONEY} }}"
_FROM = f"system {{ {ELEMENT} }} integration {{ {ELEMENT} }} queue"
_AT = f"step {{ {ELEMENT} }} location {{ {ELEMENT} }}"
_NODES = {
    RepairExport.REPLAY: f"order {{ id }} fulfillment kind type reason {_FROM} since why takes {_VALUE} "
    "likelihood documents doneAt",
    RepairExport.MESSAGES: "order { id } action reason type notice language channel timezone likelihood due "
    f"facts {_VALUE} text maySay",
    RepairExport.FIRST: f"order {{ id }} fulfillment {_AT} startAt leftToDo promisedBy slack missLikelihood "
    f"{_VALUE}",
}
_SUMMARIES = {
    RepairExport.REPLAY: f"left done {_VALUE} groups {{ {_FROM} left done {_VALUE} }} whyEmpty",
    RepairExport.MESSAGES: f"{_VALUE} groups {{ action language channel count {_VALUE} }} whyEmpty",
    RepairExport.FIRST: f"{_VALUE} leftOut groups {{ {_AT} count {_VALUE} leastSlack }} whyEmpty",
}


def repair_document(export: RepairExport) -> str:
    """A query of one list."""
    page = f"edges {{ cursor node {{ {_NODES[export]} }} }} {PAGE} {_SUMMARIES[export]}"
    return (
        "query ($failures: [ID!], $incident: ID, $asOf: DateTime, $first: Int, $after: String) {"
        " repair(failures: $failures, incident: $incident, asOf: $asOf) {"
        f" asOf headline {LISTS[export]}(first: $first, after: $after) {{ {page} }} }} }}"
    )


REPAIR_DOCUMENTS = tuple(map(repair_document, RepairExport))
