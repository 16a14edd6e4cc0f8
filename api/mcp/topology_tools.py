"""Tools for the topology: find anything by name, one element with what needs it, and paths."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from api.answers import Json
from api.mcp import documents
from api.mcp.asking import Asking, Call
from api.mcp.bounds import page_of, shorten
from api.mcp.inputs import DEFAULT_SIZE, Cursor, Limit, Text
from api.mcp.topology_results import Element, Hits, Neighbourhood, Paths

_ATTRIBUTES = 20
ElementId = Annotated[Text, Field(description="Full id, such as system:oms; `find` has ids.")]
Direction = Literal["dependents", "dependencies"]


class TopologyTools(Asking):
    async def find(
        self,
        call: Call,
        text: Annotated[
            Text,
            Field(description="An id, the number of an order or document, a name, or words of a name."),
        ],
        limit: Limit = DEFAULT_SIZE,
    ) -> Hits:
        """Orders, fulfillments, documents, elements of the topology and failures by id, number or name."""
        data = await self.ask(call, documents.FIND, {"text": text, "first": limit})
        items = [_hit(each) for each in data["searchHits"]]
        note = None if items else f"Nothing matches {text!r}: neither an id nor a name or number has it."
        return Hits.model_validate({"items": items, "note": note})

    async def element(self, call: Call, id: ElementId) -> Element:
        """One element of the topology: owner, attributes, impairments now, what needs it, what it needs."""
        answer = (await self.ask(call, documents.ELEMENT, {"id": id, "first": DEFAULT_SIZE}))["element"]
        if answer is None:
            raise await self._unknown(call, id)
        attributes = dict(list(answer["attributes"].items())[:_ATTRIBUTES])
        neighbours = {name: _neighbours(answer[name]) for name in ("dependents", "dependencies")}
        element = shorten(answer | neighbours | {"attributes": _small(attributes)}, {"impairments": 10})
        if hidden_count := len(answer["attributes"]) - len(attributes):
            element["omitted"]["attributes"] = hidden_count
        return Element.model_validate(element)

    async def neighbours(
        self,
        call: Call,
        id: ElementId,
        direction: Annotated[
            Direction, Field(description="dependents: what needs it; dependencies: what it needs.")
        ] = "dependents",
        depth: Annotated[int | None, Field(description="How many edges to follow; null: all.", ge=1)] = None,
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> Neighbourhood:
        """Everything that needs an element, or that it needs, nearest first, in pages."""
        document = documents.DEPENDENTS if direction == "dependents" else documents.DEPENDENCIES
        variables = {"id": id, "depth": depth, "first": limit, "after": cursor}
        answer = (await self.ask(call, document, variables))["element"]
        if answer is None:
            raise await self._unknown(call, id)
        page = page_of(answer["list"])
        none = "Nothing needs it." if direction == "dependents" else "It needs nothing."
        return Neighbourhood.model_validate(page | {"note": None if page["totalCount"] else none})

    async def paths(self, call: Call, start: ElementId, end: ElementId, limit: Limit = DEFAULT_SIZE) -> Paths:
        """How one element depends on another: the shortest paths between the two."""
        data = await self.ask(call, documents.PATHS, {"from": start, "to": end, "first": limit})
        note = None if data["paths"] else f"No path leads from {start} to {end}, in either direction."
        return Paths.model_validate({"items": data["paths"], "note": note})

    async def _unknown(self, call: Call, identifier: str) -> ToolError:
        data = await self.ask(call, documents.NEAR, {"text": identifier[:200]})
        near = [each["node"]["id"] for each in data["searchHits"]]
        hint = f" Did you mean {' or '.join(near)}?" if near else " `find` searches by name."
        return ToolError(f"There is no element {identifier!r}.{hint}")


def _hit(hit: Json) -> Json:
    node = hit["node"]
    name = node.get("name", node.get("summary"))
    return {"id": node["id"], "kind": node["__typename"].lower(), "name": name, "matched": hit["matched"]}


def _neighbours(connection: Json) -> Json:
    return {
        "totalCount": connection["totalCount"],
        "items": [edge["node"] for edge in connection["edges"]],
    }


def _small(value: Any) -> Any:
    """Attributes with at most 20 items in each list and member in each object."""
    if isinstance(value, dict):
        return {name: _small(each) for name, each in list(value.items())[:_ATTRIBUTES]}
    return [_small(each) for each in value[:_ATTRIBUTES]] if isinstance(value, list) else value
