"""`impactgraph failure`: reports, changes, resolves and lists failures, with what a change would change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from graph_models.enums import FailureClass, Severity
from graph_models.scope import DIMENSIONS
from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import FailureId

if TYPE_CHECKING:
    from graph_models.time import Millis
    from impactgraph.cli.question import OptionReader
    from impactgraph.usecases.update_failure import FailureChange

Target = Annotated[
    str, Parameter(help="Element that failed, such as system:oms or integration:store-adjustments.")
]
Class = Annotated[
    str, Parameter(name="--class", help=f"One of {', '.join(c.value.lower() for c in FailureClass)}.")
]
NewId = Annotated[str | None, Parameter(name="--id", help="Its id [default: a new one].")]
Yes = Annotated[bool, Parameter(help="Confirm the change without being asked.", negative=())]
EndedAt = Annotated[
    str | None,
    Parameter(name="--at", help="When it ended [default: now].", allow_leading_hyphen=True),
]
Active = Annotated[bool, Parameter(help="Only those that are active now.", negative=())]
Count = Annotated[int, Parameter(help="Number of failures to list, the newest first.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """What is known of a failure."""

    since: Annotated[
        str | None,
        Parameter(name="--from", help="When it began [default of a report: now].", allow_leading_hyphen=True),
    ] = None
    until: Annotated[
        str | None,
        Parameter(help="When it is expected to end, such as +4h: an estimate.", allow_leading_hyphen=True),
    ] = None
    delay: Annotated[str | None, Parameter(help="Delay it causes: latency, backlog, stale_data.")] = None
    error_rate: Annotated[float | None, Parameter(help="Share of requests that fail, 0 to 1: transient.")] = (
        None
    )
    drain: Annotated[str | None, Parameter(help="How long a backlog takes to clear after the end.")] = None
    scope: Annotated[
        tuple[str, ...],
        Parameter(
            help="What it affects, one dimension each: locations=store-014,store-015. "
            f"Dimensions: {', '.join(DIMENSIONS)}, attributes.NAME. Of an update: replaces the former scope.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    severity: Annotated[
        str | None,
        Parameter(
            help=f"One of {', '.join(s.value.lower() for s in Severity)} [default of a report: error]."
        ),
    ] = None
    summary: Annotated[str | None, Parameter(help="What is known, in words.")] = None
    evidence: Annotated[str | None, Parameter(help="URL of the evidence, such as a monitoring page.")] = None


NO_FIELDS = FieldOptions()


def report(
    target: Target,
    /,
    *,
    failure_class: Class,
    id: NewId = None,
    fields: FieldOptions = NO_FIELDS,
    yes: Yes = False,
    common: Common = COMMON,
) -> int:
    """Reports a failure, after a preview of what it affects; returns the exit status."""
    from graph_models.enums import Severity
    from graph_models.failure import Failure
    from graph_models.ids import key_of
    from graph_models.scope import EVERYWHERE
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.failure_change import FailureAction, make_change
    from impactgraph.cli.question import OptionReader, parse_class
    from impactgraph.usecases.report_failure import new_key
    from impactgraph.usecases.validation import element_id

    answer_target = find_target(common)
    reader = OptionReader()
    kind = reader.read(parse_class, failure_class)
    change = _change(fields, answer_target.now, reader)
    reader.raise_problems()
    assert kind is not None
    failure = Failure(
        key=key_of(id, "failure") if id else new_key(),
        target=element_id(target),
        failure_class=kind,
        started_at=answer_target.now if change.started_at is None else change.started_at,
        expected_end=change.expected_end,
        delay=change.delay,
        error_rate=change.error_rate,
        drain=change.drain,
        scope=change.scope or EVERYWHERE,
        severity=change.severity or Severity.ERROR,
        summary=change.summary or "",
        evidence=change.evidence,
    )
    with answer_target.open() as answers:
        action = FailureAction("report", lambda dry_run: answers.report_failure(failure, dry_run=dry_run))
        return make_change(action, common.format, confirmed=yes)


def update(
    failure: FailureId,
    /,
    *,
    fields: FieldOptions = NO_FIELDS,
    yes: Yes = False,
    common: Common = COMMON,
) -> int:
    """Corrects or extends a failure, after a preview of what would change; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.failure_change import FailureAction, make_change
    from impactgraph.cli.question import OptionReader
    from impactgraph.errors import BadInputError, Problem

    answer_target = find_target(common)
    reader = OptionReader()
    change = _change(fields, answer_target.now, reader)
    reader.raise_problems()
    if fields == NO_FIELDS:
        raise BadInputError(Problem("Nothing to change: give at least one field, such as --until +2h."))
    with answer_target.open() as answers:
        action = FailureAction(
            "update", lambda dry_run: answers.update_failure(failure, change, dry_run=dry_run)
        )
        return make_change(action, common.format, confirmed=yes)


def resolve(failure: FailureId, /, *, at: EndedAt = None, yes: Yes = False, common: Common = COMMON) -> int:
    """Ends a failure, after a preview of what would change; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.failure_change import FailureAction, make_change
    from impactgraph.cli.times import parse_moment_option

    answer_target = find_target(common)
    ended_at = parse_moment_option("--at", at, answer_target.now)
    with answer_target.open() as answers:
        action = FailureAction(
            "resolve", lambda dry_run: answers.resolve_failure(failure, ended_at, dry_run=dry_run)
        )
        return make_change(action, common.format, confirmed=yes)


def list_(*, active: Active = False, first: Count = 20, common: Common = COMMON) -> None:
    """Prints the failures on record."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.failure_text import failure_rows, print_failures
    from impactgraph.cli.output import present
    from impactgraph.cli.row_count import parse_row_count

    size = parse_row_count(first)
    with find_target(common).open() as answers:
        answer = answers.failures(size, active=True if active else None)
    present(
        common.format,
        text=lambda out: print_failures(out, answer),
        data=lambda: answer["failures"],
        rows=lambda: failure_rows(answer["failures"]),
    )


def _change(options: FieldOptions, now: "Millis", reader: "OptionReader") -> "FailureChange":
    """The stated fields; the reader collects the problems of all of them."""
    from graph_models.enums import Severity
    from impactgraph.cli.members import parse_members
    from impactgraph.cli.question import parse_scope
    from impactgraph.cli.times import parse_duration_option, parse_moment_option
    from impactgraph.usecases.update_failure import FailureChange

    severity = options.severity
    severities = reader.read(parse_members, "--severity", Severity, (severity,)) if severity else None
    return FailureChange(
        started_at=reader.read(parse_moment_option, "--from", options.since, now),
        expected_end=reader.read(parse_moment_option, "--until", options.until, now),
        delay=reader.read(parse_duration_option, "--delay", options.delay),
        error_rate=options.error_rate,
        drain=reader.read(parse_duration_option, "--drain", options.drain),
        scope=reader.read(parse_scope, options.scope) if options.scope else None,
        severity=severities[0] if severities else None,
        summary=options.summary,
        evidence=options.evidence,
    )
