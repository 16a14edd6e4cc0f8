"""The MCP server with its tools; what it is mounted in, or run by, is left open."""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, GetPromptResult

from api.answers import Answers
from api.mcp.impact_tools import ImpactTools
from api.mcp.incident_tools import IncidentTools
from api.mcp.order_tools import OrderTools
from api.mcp.tool import question_tool
from api.mcp.topology_tools import TopologyTools

INSTRUCTIONS = """\
impactgraph knows a retailer's systems, integrations, workflow steps and orders in flight, and the failures
on record. It forecasts which orders, finance postings and customer messages failures affect, when, and why.

- What is failing and how bad is it: `incidents` or `failures`, then `blast_radius`; the lists behind the
  totals are `affected_orders` and `affected_records`.
- Why is this order stuck: `why` with anything that names the order; `explain` for the path of a failure.
- What depends on this system, and what if it fails: `find`, `element`, `neighbours`, `paths`;
  `blast_radius` with `suppose`.
- What is late without a known failure: `overdue`; what is missing in the books: `record_findings`.

Numbers are expected values; the truth lies between `low` and `high` in four of five cases. Money always has
its currency, times are ISO 8601 with a zone. Lists have `totalCount`; pass `nextCursor` as `cursor` for the
next page. Nothing here changes data.
"""


class ToolServer(MCPServer[Any]):
    """Has tools and nothing else."""

    async def get_prompt(self, name: str, *_: Any, **__: Any) -> GetPromptResult:
        """Raises MCPError: the SDK takes the name of a prompt that is not there for an error of its own."""
        raise MCPError(INVALID_PARAMS, f"There is no prompt {name[:100]!r}: this server has tools only.")


def tool_server(answers: Answers) -> MCPServer[Any]:
    """A server whose tools ask `answers`."""
    with _logging_as_before():
        server = ToolServer(
            "impactgraph",
            title="impactgraph",
            instructions=INSTRUCTIONS,
            version=version("impactgraph"),
            tools=[question_tool(each) for each in questions(answers)],
            subscriptions=False,
        )
    return server


def questions(answers: Answers) -> tuple[Callable[..., Any], ...]:
    """The functions of the tools."""
    impact, orders, incidents, topology = (
        ImpactTools(answers),
        OrderTools(answers),
        IncidentTools(answers),
        TopologyTools(answers),
    )
    return (
        impact.blast_radius,
        impact.affected_orders,
        impact.affected_records,
        impact.explain,
        orders.why,
        orders.overdue,
        orders.record_findings,
        incidents.failures,
        incidents.incidents,
        incidents.incident,
        topology.find,
        topology.element,
        topology.neighbours,
        topology.paths,
    )


@contextmanager
def _logging_as_before() -> Generator[None]:
    """The SDK sets up the logging of the whole process, which is the business of whoever runs it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("mcp").setLevel(logging.WARNING)
