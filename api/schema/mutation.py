"""GraphQL mutations: `problems` lists everything that is wrong with the input; an unknown id is an error."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import strawberry

from api.context import Context, TopologyAt
from api.schema.blast_radius import BlastRadius
from api.schema.element import Info
from api.schema.failure import Failure
from api.schema.filters import OrderFilter, filter_of
from api.schema.incident_mutations import IncidentMutations
from api.schema.inputs import FailureInput, FailureUpdate, TopologyFile, change_of, documents_of, failure_of
from api.schema.page import First
from api.schema.reconciliation import ReconcilePayload, SystemListInput, reconciled
from api.schema.scalars import Moment
from api.schema.topology import Problem, TopologyChange, TopologyVersion
from graph_models.impact import Question
from impactgraph.usecases.apply_topology import TopologyOutcome, apply_documents
from impactgraph.usecases.preview_failure import FailurePreview as PreviewQuestions
from impactgraph.usecases.preview_failure import preview_failure
from impactgraph.usecases.report_failure import FailureOutcome, report_failure
from impactgraph.usecases.report_suspect import report_suspect
from impactgraph.usecases.resolve_failure import resolve_failure
from impactgraph.usecases.update_failure import update_failure

FailureId = Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key of the failure.")]


DryRun = Annotated[
    bool | None,
    strawberry.argument(description="Whether only to report what would change: nothing is stored."),
]


@strawberry.type(description="What a change of a failure would change.")
class FailurePreview:
    before: BlastRadius | None = strawberry.field(
        description="What the failure affects as it is on record; null where it is not."
    )
    after: BlastRadius = strawberry.field(description="What it would affect after the change.")


@strawberry.type(description="Result of a change of a failure.")
class FailurePayload:
    failure: Failure | None = strawberry.field(
        description="The failure after the change; null where there are problems."
    )
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with the input; empty on success."
    )
    preview: FailurePreview | None = strawberry.field(
        description="What would change; null unless it is a dry run without problems."
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


@strawberry.type(description="Changes of failures, of incidents and of the topology.")
class Mutation(IncidentMutations):
    @strawberry.mutation(description="Reports a failure. The same report again changes nothing.")
    async def report_failure(
        self,
        info: Info,
        input: Annotated[FailureInput, strawberry.argument(description="The failure.")],
        dry_run: DryRun = False,
    ) -> FailurePayload:
        return await _change_payload(info, dry_run, partial(report_failure, failure=failure_of(input)))

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
        dry_run: DryRun = False,
    ) -> FailurePayload:
        return await _change_payload(
            info, dry_run, partial(update_failure, identifier=id, change=change_of(input))
        )

    @strawberry.mutation(description="Ends a failure.")
    async def resolve_failure(
        self,
        info: Info,
        id: FailureId,
        ended_at: Annotated[
            Moment | None, strawberry.argument(description="When it ended; null: now.")
        ] = None,
        dry_run: DryRun = False,
    ) -> FailurePayload:
        return await _change_payload(
            info, dry_run, partial(resolve_failure, identifier=id, ended_at=ended_at)
        )

    @strawberry.mutation(
        description="Stores the list of what a system has, and compares it with what should be there. The "
        "same list again changes nothing."
    )
    async def reconcile(
        self,
        info: Info,
        input: Annotated[SystemListInput, strawberry.argument(description="The list.")],
        first: First = 50,
    ) -> ReconcilePayload:
        return await reconciled(info.context, input, first)

    @strawberry.mutation(description="Makes a topology the current version, or reports what would change.")
    async def apply_topology(
        self,
        info: Info,
        yaml: Annotated[str, strawberry.argument(description="The document, in YAML.")],
        dry_run: DryRun = False,
    ) -> TopologyPayload:
        return await _apply_payload(info, {"topology.yaml": yaml}, dry_run)

    @strawberry.mutation(description="As `applyTopology`, of a topology in several files.")
    async def apply_topology_files(
        self,
        info: Info,
        files: Annotated[list[TopologyFile], strawberry.argument(description="The documents.")],
        dry_run: DryRun = False,
    ) -> TopologyPayload:
        return await _apply_payload(info, documents_of(files), dry_run)


async def _apply_payload(info: Info, documents: dict[str, str], dry_run: bool | None) -> TopologyPayload:
    outcome = await info.context.change(apply_documents, documents, info.context.now, dry_run=bool(dry_run))
    return TopologyPayload.of(outcome)


async def _change_payload(
    info: Info, dry_run: bool | None, change: Callable[..., FailureOutcome]
) -> FailurePayload:
    """The payload of a change, which takes the store, `now` and `dry_run`; of a dry run with a preview."""
    context = info.context
    if not dry_run:
        return await _payload(info, await context.change(change, now=context.now))
    outcome = await context.ask(change, now=context.now, dry_run=True)
    preview = await context.ask(preview_failure, outcome)
    return await _payload(info, outcome, await _preview(context, preview) if preview else None)


async def _preview(context: Context, preview: PreviewQuestions) -> FailurePreview:
    async def ask(question: Question) -> BlastRadius:
        answer = await context.paged_impact(question, ())
        return BlastRadius.of(answer, TopologyAt(answer.topology, question.as_of))

    before = await ask(preview.before) if preview.before is not None else None
    return FailurePreview(before=before, after=await ask(preview.after))


async def _payload(
    info: Info, outcome: FailureOutcome, preview: FailurePreview | None = None
) -> FailurePayload:
    topology_at = await info.context.current_topology()
    failure = Failure.of(outcome.failure, info.context.now, topology_at) if outcome.failure else None
    return FailurePayload(failure=failure, problems=Problem.each(outcome.problems), preview=preview)
