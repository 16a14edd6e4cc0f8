"""Tools for failures and incidents."""

from typing import Annotated

from pydantic import Field

from api.mcp import documents
from api.mcp.asking import Asking, Call
from api.mcp.bounds import page_of, shorten
from api.mcp.incident_results import Failures, Incident, Incidents
from api.mcp.inputs import DEFAULT_SIZE, AsOf, Cursor, Limit, Text

Active = Annotated[bool | None, Field(description="true: not ended; false: ended; null: both.")]


class IncidentTools(Asking):
    async def failures(
        self, call: Call, active: Active = True, limit: Limit = DEFAULT_SIZE, cursor: Cursor = None
    ) -> Failures:
        """Failures on record: what is failing now, and what has failed."""
        variables = {"active": active, "first": limit, "after": cursor}
        data = await self.ask(call, documents.FAILURES, variables)
        page = page_of(data["failures"])
        kind = {True: "active ", False: "ended ", None: ""}[active]
        note = None if page["totalCount"] else f"There is no {kind}failure on record."
        return Failures.model_validate(page | {"asOf": data["serverTime"], "note": note})

    async def incidents(
        self,
        call: Call,
        active: Active = True,
        asOf: AsOf = None,
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> Incidents:
        """Incidents: failures and alerts that have one cause, most costly first, with what is at stake."""
        variables = {"active": active, "asOf": asOf, "first": limit, "after": cursor}
        data = await self.ask(call, documents.INCIDENTS, variables)
        page = page_of(data["incidents"])
        kind = "active incident" if active else "incident of the last week"
        note = None if page["totalCount"] else f"There is no {kind}."
        return Incidents.model_validate(page | {"asOf": asOf or data["serverTime"], "note": note})

    async def incident(
        self,
        call: Call,
        id: Annotated[Text, Field(description="Id of the incident, or of one of its failures.")],
        asOf: AsOf = None,
    ) -> Incident:
        """One incident: likely causes, failures, what is at stake, the steps of its playbooks, notes."""
        answer = (
            await self.ask(call, documents.INCIDENT, {"id": id.removeprefix("failure:"), "asOf": asOf})
        )["incident"]
        lists = {"failures": 10, "likelyCause": 5, "checklist": 20, "notes": 10}
        return Incident.model_validate(shorten(answer, lists))
