"""The drafts of `discover` as data."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_models.time import format_duration
from impactgraph.cli.encode import iso_moment
from impactgraph.cli.output import Rows

if TYPE_CHECKING:
    from impactgraph.usecases.discover import (
        Drafts,
        Dwell,
        MappingDraft,
        RecordDraft,
        StepDraft,
        TopologyDraft,
        WorkflowDraft,
    )


def drafts_json(drafts: "Drafts", paths: Mapping[str, Path]) -> dict[str, Any]:
    """Everything that was found; shares are fractions, durations ISO 8601."""
    draft = drafts.topology
    return {
        "files": [{"file": file, "kind": kind} for file, kind in drafts.kinds.items()],
        "entries": drafts.entries,
        "passed": [
            {"reason": reason, "activity": activity, "count": count}
            for (reason, activity), count in drafts.passed.most_common()
        ],
        "refused": [{"reason": reason, "count": count} for reason, count in drafts.refused.most_common()],
        "mapping": _mapping(drafts.mapping, paths["mapping"]) if drafts.mapping is not None else None,
        "topology": {
            "file": str(paths["topology"]),
            "events": draft.events,
            "begin": iso_moment(draft.begin),
            "end": iso_moment(draft.end),
            "fulfillments": draft.fulfillments,
            "cut": draft.cut,
            "open": draft.open,
            "minimum": draft.minimum,
            "workflows": [_workflow(workflow) for workflow in draft.workflows],
            "locations": [
                {"key": each.key, "kind": each.kind, "region": each.region, "fulfillments": each.fulfillments}
                for each in draft.locations
            ],
        },
        "doubts": [{"subject": doubt.subject, "text": doubt.text} for doubt in drafts.doubts],
    }


def _mapping(draft: "MappingDraft", path: Path) -> dict[str, Any]:
    return {
        "file": str(path),
        "rows": draft.rows,
        "guesses": [
            {
                "field": field,
                "value": guess.value,
                "isAttribute": guess.is_attribute,
                "sureness": guess.sureness.value,
                "evidence": guess.evidence,
            }
            for field, guess in draft.guesses()
        ],
        "activities": [
            {
                "activity": each.activity,
                "meanings": [{"section": section, "value": value} for section, value in each.meanings],
                "sureness": each.sureness.value,
                "evidence": each.evidence,
            }
            for each in draft.activities
        ],
        "unused": list(draft.spare_columns),
    }


def _workflow(workflow: "WorkflowDraft") -> dict[str, Any]:
    return {
        "key": workflow.key,
        "fulfillments": workflow.fulfillments,
        "completed": workflow.completed,
        "cancelled": workflow.cancelled,
        "channels": dict(workflow.channels),
        "modes": dict(workflow.modes),
        "regions": dict(workflow.regions),
        "steps": [_step(step) for step in workflow.steps],
    }


def _step(step: "StepDraft") -> dict[str, Any]:
    return {
        "key": step.key,
        "fulfillments": step.fulfillments,
        "visits": step.visits,
        "duration": _dwell(step.dwell) if step.dwell is not None else None,
        "then": [
            {
                "step": then.step,
                "share": then.share,
                "count": then.count,
                "isBackward": then.is_backward,
                "when": {then.when[0]: list(then.when[1])} if then.when else None,
            }
            for then in step.then
        ],
        "completeShare": step.ends_share,
        "cancelled": step.cancelled,
        "rerouted": step.rerouted,
        "failed": step.failed,
        "open": step.open,
        "records": [_record(record) for record in step.records],
    }


def _dwell(dwell: "Dwell") -> dict[str, Any]:
    return {
        "p50": format_duration(dwell.p50),
        "p95": format_duration(dwell.p95),
        "mean": format_duration(dwell.mean),
        "visits": dwell.visits,
        "openVisits": dwell.open_visits,
        "isAtLeast": dwell.is_open_ended,
    }


def _record(record: "RecordDraft") -> dict[str, Any]:
    return {
        "kind": record.kind.value.lower(),
        "type": record.type,
        "due": format_duration(record.due),
        "share": record.share,
        "count": record.count,
        "amount": record.amount,
        "isRegular": record.is_regular,
    }


def step_rows(draft: "TopologyDraft") -> Rows:
    """A row for each step."""
    columns = ("workflow", "step", "fulfillments", "visits", "p50", "p95", "mean", "then")
    rows: list[dict[str, object]] = []
    for workflow in draft.workflows:
        for step in workflow.steps:
            dwell = step.dwell
            numbers = (dwell.p50, dwell.p95, dwell.mean) if dwell is not None else (None, None, None)
            spans = [None if span is None else format_duration(span) for span in numbers]
            then = " ".join(f"{each.step}:{each.share:.3f}" for each in step.then)
            values = (workflow.key, step.key, step.fulfillments, step.visits, *spans, then)
            rows.append(dict(zip(columns, values, strict=True)))
    return Rows(columns, rows)
