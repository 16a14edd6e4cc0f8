"""A draft topology as YAML: each guess with how often it was seen, as a comment on its line."""

from collections.abc import Iterator, Mapping

from graph_models.counts import say_count
from graph_models.enums import RecordKind
from graph_models.percent import percent
from graph_models.time import say_duration
from graph_models.zones import UTC, local
from impactgraph.discovery.draft import (
    LocationDraft,
    RecordDraft,
    StepDraft,
    TopologyDraft,
    TransitionDraft,
    WorkflowDraft,
)
from impactgraph.discovery.dwell_times import Dwell
from impactgraph.discovery.keys import is_key
from impactgraph.discovery.yaml_text import comment, flow_list, scalar, span_text

_SECTIONS = {
    RecordKind.POSTING: "postings",
    RecordKind.NOTIFICATION: "notifications",
    RecordKind.TASK: "tasks",
    RecordKind.SUPPLIER_ORDER: "supplier_orders",
}
_SHARE_DIGITS = 3


def topology_yaml(draft: TopologyDraft) -> str:
    """The draft as a document that `impactgraph validate` accepts; empty without a workflow."""
    if not draft.workflows:
        return ""
    return "\n".join(_document(draft)) + "\n"


def _document(draft: TopologyDraft) -> Iterator[str]:
    begin, end = (f"{local(at, UTC):%Y-%m-%d %H:%M}" for at in (draft.begin, draft.end))
    yield "# A draft, made by `impactgraph discover` from a log. A log shows orders, not systems: name the"
    yield "# systems, and the integrations between them, where it says unknown."
    events, fulfillments = say_count(draft.events, "event"), say_count(draft.fulfillments, "fulfillment")
    yield f"# {events} of {fulfillments}, {begin} to {end} UTC."
    yield f"# Steps and transitions that fewer than {percent(draft.minimum)} took are left out."
    for doubt in draft.doubts:
        yield comment(f"unsure: {doubt.subject + ': ' if doubt.subject else ''}{doubt.text}").lstrip()
    yield "impactgraph: 1"
    yield "systems:"
    for workflow in draft.workflows:
        for step in workflow.steps:
            name = scalar(f"Unknown system of {workflow.key}/{step.key}")
            source = comment(f"its events come from {step.source}") if step.source else ""
            yield f"  {scalar(step.system)}: {{name: {name}}}{source}"
    if any(each.kind for each in draft.locations):
        yield "locations:"
    yield from _locations(draft.locations)
    yield "workflows:"
    for workflow in draft.workflows:
        yield from _workflow(workflow)


def _locations(locations: tuple[LocationDraft, ...]) -> Iterator[str]:
    for each in locations:
        count_text = say_count(each.fulfillments, "fulfillment")
        if each.kind is None or not is_key(each.key):
            why = "its name does not say its kind" if each.kind is None else "its name is no key"
            yield comment(f"location {each.key}: {count_text}; {why}").lstrip()
            continue
        region = f", region: {scalar(each.region)}" if each.region else ""
        note = comment(f"{count_text}; kind by its name")
        yield f"  {scalar(each.key)}: {{kind: {each.kind}{region}}}{note}"


def _workflow(workflow: WorkflowDraft) -> Iterator[str]:
    yield (
        f"  {scalar(workflow.key)}:"
        + comment(
            f"{say_count(workflow.fulfillments, 'fulfillment')}, {workflow.completed:,} complete, "
            f"{workflow.cancelled:,} cancelled"
        )
    )
    for name, counts in (("modes", workflow.modes), ("channels", workflow.channels)):
        if set(counts) - {"unknown"}:
            yield f"    {name}: {flow_list(list(counts))}{comment(_counts(counts))}"
    if workflow.regions:
        yield f"    {comment(f'regions: {_counts(workflow.regions)}').lstrip()}"
    yield "    steps:"
    for step in workflow.steps:
        yield from _step(step)


def _counts(counts: Mapping[str, int]) -> str:
    shown_text = ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:12])
    return shown_text + (", ..." if len(counts) > 12 else "")


def _step(step: StepDraft) -> Iterator[str]:
    returns = step.visits - step.fulfillments
    again = f", {say_count(returns, 'more time')}" if returns > 0 else ""
    fulfillments = say_count(step.fulfillments, "fulfillment")
    yield f"      {scalar(step.key)}:{comment(f'{fulfillments}{again}{_exits(step)}')}"
    yield f"        runs_on: {scalar(step.system)}"
    if step.dwell is not None:
        yield f"        takes: {_takes(step.dwell)}"
    else:
        yield "        # takes: none of its visits was seen to end"
    if step.then:
        yield "        then:"
        is_only = len(step.then) == 1 and not step.ends_share
        for then, share in zip(step.then, _shares(step), strict=True):
            yield f"          - {_transition(then, None if is_only else share)}"
    if step.ends_share and step.then:
        yield f"        # {percent(step.ends_share, 1)} were complete after it ({step.completed:,})"
    yield from _records(step)


def _exits(step: StepDraft) -> str:
    counts = (
        (step.cancelled, "cancelled in it"),
        (step.rerouted, "rerouted"),
        (step.failed, "errors"),
        (step.open, "in it at the end of the log"),
    )
    return "".join(f", {count:,} {what}" for count, what in counts if count)


def _takes(dwell: Dwell) -> str:
    p50, p95 = span_text(dwell.p50), span_text(dwell.p95)
    value = p50 if p50 == p95 else f"{{p50: {p50}, p95: {p95}}}"
    how = ", open visits counted as longer" if dwell.is_product_limit and dwell.open_visits else ""
    least = "at least; " if dwell.is_open_ended else ""
    visits = say_count(dwell.visits, "visit")
    return f"{value}{comment(f'{least}mean {say_duration(dwell.mean)}, {visits}{how}')}"


def _shares(step: StepDraft) -> list[str]:
    """Shares as text that add up to at most one: of all next steps, or of those without a condition."""
    free = [then.share for then in step.then if then.when is None]
    total = 1.0 if step.ends_share else sum(free)
    shares = [round(then.share / total, _SHARE_DIGITS) if total else 0.0 for then in step.then]
    free_places = [place for place, then in enumerate(step.then) if then.when is None]
    if free_places and not step.ends_share:
        excess = sum(shares[place] for place in free_places) - 1
        most = max(free_places, key=lambda place: shares[place])
        shares[most] = round(shares[most] - excess, _SHARE_DIGITS)
    return [f"{share:.{_SHARE_DIGITS}f}".rstrip("0").rstrip(".") for share in shares]


def _transition(then: TransitionDraft, share: str | None) -> str:
    back = ", back to an earlier step" if then.is_backward else ""
    count_text = f"{percent(then.share, 1)}, {say_count(then.count, 'time')}{back}"
    if then.when is not None:
        dimension, values = then.when
        return (
            f"{{step: {scalar(then.step)}, when: {{{dimension}: {flow_list(values)}}}}}{comment(count_text)}"
        )
    if share is None or float(share) == 1:
        return f"{scalar(then.step)}{comment(count_text)}"
    return f"{{step: {scalar(then.step)}, share: {share}}}{comment(count_text)}"


def _records(step: StepDraft) -> Iterator[str]:
    if not step.records:
        return
    is_regular = any(record.is_regular for record in step.records)
    yield "        emits:" if is_regular else "        # emits:"
    for kind, section in _SECTIONS.items():
        records = [record for record in step.records if record.kind is kind]
        if records:
            mark = "" if any(record.is_regular for record in records) else "# "
            yield f"          {mark}{section}:"
        for record in records:
            yield f"            {'' if record.is_regular else '# '}- {_record(record)}"


def _record(record: RecordDraft) -> str:
    fields = [f"type: {scalar(record.type)}", f"due: {span_text(record.due)}"]
    if record.amount is not None:
        is_all = abs(record.amount - 1) < 0.0005
        fields.append("amount: value" if is_all else f"amount: {record.amount:g}")
    if record.channel and record.kind is RecordKind.NOTIFICATION:
        fields.append(f"channel: {scalar(record.channel)}")
    count_text = f"{percent(record.share, 1)} of those that left the step, {say_count(record.count, 'time')}"
    return f"{{{', '.join(fields)}}}{comment(count_text)}"
