"""Sentences of evidence for the causes of a diagnosis."""

from collections.abc import Sequence

from graph_models.diagnosis import Blame, CommonFactor
from graph_models.failure import Failure
from graph_models.percent import percent
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.diagnosis.why.situation import Impact, ReportedError
from impactgraph.topology.names import display_name, failure_text

_SUBSTANCE = 0.1
"""Likelihoods that differ by less than this are not distinguished."""


def failure_evidence(
    topology: Topology,
    failure: Failure,
    impact: Impact | None,
    blame: Blame | None,
    clock: TextClock,
    *,
    is_shared: bool,
) -> str:
    """The failure, when it began and ended, the path on which it affects the order, and, of several, what it
    does alone and adds.

    `impact`: None where it affects the order only together with others. `is_shared`: whether another failure
    has a share, too.
    """
    end = ""
    if failure.ended_at is not None and failure.ended_at <= clock.now:
        end = f", ended {clock.time(failure.ended_at)}"
    begin = clock.time(failure.started_at)
    contribution = _contribution(blame) if blame is not None and is_shared else ""
    other_ids = _other_ids(other_reports(failure, blame))
    path = f": {impact.path.sentence}" if impact is not None else "."
    return f"{failure_text(topology, failure)} since {begin}{end}{path}{contribution}{other_ids}"


def _contribution(blame: Blame) -> str:
    """What it does by itself, and adds to the others, where that is far from its share."""
    parts = [
        text
        for text, likelihood in (
            (f"By itself it affects the order with a likelihood of {percent(blame.alone)}", blame.alone),
            (f"beyond the other failures it adds {percent(blame.adds)}", blame.adds),
        )
        if abs(likelihood - blame.share) >= _SUBSTANCE
    ]
    text = "; ".join(parts)
    return f" {text[0].upper()}{text[1:]}." if text else ""


def other_reports(failure: Failure, blame: Blame | None) -> tuple[str, ...]:
    """Bare keys under which a failure was reported as well."""
    return tuple(key for key in blame.failures if key != failure.key) if blame is not None else ()


def _other_ids(keys: Sequence[str]) -> str:
    others = ", ".join(f"failure:{key}" for key in keys)
    return f" It was also reported as {others}." if others else ""


def error_evidence(topology: Topology, error: ReportedError, element: str | None, clock: TextClock) -> str:
    """`element`: full id of the source, None where it is unknown."""
    source = display_name(topology, element) if element else "an unnamed source"
    message = f': "{error.message}"' if error.message else ""
    return f"{source} reported {error.code or 'an error without a code'} at {clock.time(error.at)}{message}"


def factor_evidence(factor: CommonFactor) -> str:
    """How many are overdue with the factor and, where there are others, without it."""
    verb = "is" if factor.overdue_with == 1 else "are"
    value = f"{factor.dimension.replace('_', ' ')} {factor.value}"
    with_factor = f"{factor.overdue_with:,} of {factor.total_with:,} with {value} {verb} overdue"
    if not factor.total_without:
        return with_factor
    return f"{with_factor}, {factor.overdue_without:,} of {factor.total_without:,} without it"


def run_evidence(run_at: Millis, clock: TextClock, *, is_pickup: bool = False) -> str:
    how = "with pick-ups" if is_pickup else "in batches"
    return f"orders leave this step {how}, the next time at {clock.time(run_at)}"


def opening_evidence(opens_at: Millis, clock: TextClock) -> str:
    return f"its location is closed and opens at {clock.time(opens_at)}"


def usual_dwell_evidence(median: Millis, dwell: Millis) -> str:
    usual = f"half of all orders leave this step within {say_duration(median)}"
    return f"{usual}; it has been there for {say_duration(dwell)}"
