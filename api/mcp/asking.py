"""One tool call: asks the documents, and says in the tool's error what is wrong with a question."""

from collections.abc import Mapping
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from starlette.requests import Request

from api.answers import Answers, Json
from api.mcp.documents import SERVER_TIME
from api.mcp.inputs import OrderFilter, SupposedFailure
from impactgraph.errors import ImpactGraphError

Call = Context[Any, Any]


class Asking:
    """Common to the groups of tools."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def ask(self, call: Call, document: str, variables: Mapping[str, object]) -> Json:
        """The data of a document. Raises ToolError."""
        request = call.request_context.request
        try:
            return await self._answers.ask(
                request if isinstance(request, Request) else None, document, variables
            )
        except ImpactGraphError as error:
            raise ToolError(str(error)) from error

    async def question(
        self,
        call: Call,
        failures: list[str] | None,
        suppose: list[SupposedFailure] | None,
        where: OrderFilter | None,
        as_of: str | None,
    ) -> Json:
        """Variables of a blast radius question.

        Where a supposed failure has no start, it begins at the moment of the answer. That moment is then part
        of the question, so that later pages are of the same one.
        """
        if suppose and as_of is None and any(each.started_at is None for each in suppose):
            as_of = (await self.ask(call, SERVER_TIME, {}))["serverTime"]
        return {
            "failures": failures,
            "suppose": [{"startedAt": as_of} | each.variables() for each in suppose] if suppose else None,
            "where": where.variables() if where else None,
            "asOf": as_of,
        }
