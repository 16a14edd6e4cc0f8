"""GraphQL mutations: `problems` lists everything that is wrong with the input; an unknown id is an error."""

from typing import Annotated

import strawberry

from api.schema.element import Info
from api.schema.failure import Failure
from api.schema.filters import OrderFilter, filter_of
from api.schema.inputs import FailureInput, FailureUpdate, change_of, failure_of
from api.schema.scalars import Moment
from api.schema.topology import Problem, TopologyChange, TopologyVersion
from impactgraph.usecases.apply_topology import TopologyOutcome, apply_documents
from impactgraph.usecases.report_failure import FailureOutcome, report_failure
from impactgraph.usecases.report_suspect import report_suspect
from impactgraph.usecases.resolve_failure import resolve_failure
from impactgraph.usecases.update_failure import update_failure

FailureId = Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key of the failure.")]


@strawberry.type(description="Result of a change of a failure.")
class FailurePayload:
    failure: Failure | None = strawberry.field(
        description="The failure after the change; null where there are problems."
    )
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with the input; empty on success."
    )


@strawberry.type(description="Result of applying a topology.")
class TopologyPayload:
    topology: TopologyVersion | None = strawberry.field(
        description="The version that is current now; null after a dry run and where there are problems."
    )
    change: TopologyChange | None = strawberry.field(
        description="What changed since the previously current version."
    )
    unchanged: bool = strawberry.field(description="Whether nothing changed; then no new version is made.")
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with it; then nothing is applied."
    )
    warnings: list[Problem] = strawberry.field(
        description="Possible mistakes, which do not prevent applying."
    )

    @classmethod
    def of(cls, outcome: TopologyOutcome) -> "TopologyPayload":
        return cls(
            topology=TopologyVersion.of(outcome.version) if outcome.version else None,
            change=TopologyChange.of(outcome.change) if outcome.change else None,
            unchanged=outcome.is_unchanged,
            problems=Problem.each(outcome.problems),
            warnings=Problem.each(outcome.warnings),
        )


@strawberry.type(description="Changes of failures and of the topology.")
class Mutation:
    @strawberry.mutation(description="Reports a failure. The same report again changes nothing.")
    async def report_failure(
        self, info: Info, input: Annotated[FailureInput, strawberry.argument(description="The failure.")]
    ) -> FailurePayload:
        return await _payload(
            info, await info.context.change(report_failure, failure_of(input), info.context.now)
        )

    @strawberry.mutation(
        description="Reports a suspect of `overdue` as a failure, with the class, start and scope that "
        "`overdue` gives now."
    )
    async def report_suspect(
        self,
        info: Info,
        element: Annotated[
            strawberry.ID, strawberry.argument(description="Full id of the suspected element.")
        ],
        where: Annotated[
            OrderFilter | None, strawberry.argument(description="The filter of the `overdue` query.")
        ] = None,
    ) -> FailurePayload:
        return await _payload(
            info, await info.context.change(report_suspect, element, info.context.now, filter_of(where))
        )

    @strawberry.mutation(description="Changes a failure.")
    async def update_failure(
        self,
        info: Info,
        id: FailureId,
        input: Annotated[FailureUpdate, strawberry.argument(description="The changes.")],
    ) -> FailurePayload:
        return await _payload(
            info, await info.context.change(update_failure, id, change_of(input), info.context.now)
        )

    @strawberry.mutation(description="Ends a failure.")
    async def resolve_failure(
        self,
        info: Info,
        id: FailureId,
        ended_at: Annotated[
            Moment | None, strawberry.argument(description="When it ended; null: now.")
        ] = None,
    ) -> FailurePayload:
        return await _payload(
            info, await info.context.change(resolve_failure, id, ended_at, info.context.now)
        )

    @strawberry.mutation(description="Makes a topology the current version, or reports what would change.")
    async def apply_topology(
        self,
        info: Info,
        yaml: Annotated[str, strawberry.argument(description="The document, in YAML.")],
        dry_run: Annotated[
            bool | None, strawberry.argument(description="Whether only to report what would change.")
        ] = False,
    ) -> TopologyPayload:
        outcome = await info.context.change(
            apply_documents, {"topology.yaml": yaml}, info.context.now, dry_run=bool(dry_run)
        )
        return TopologyPayload.of(outcome)


async def _payload(info: Info, outcome: FailureOutcome) -> FailurePayload:
    landscape = await info.context.current_landscape()
    failure = Failure.of(outcome.failure, info.context.now, landscape) if outcome.failure else None
    return FailurePayload(failure=failure, problems=Problem.each(outcome.problems))
