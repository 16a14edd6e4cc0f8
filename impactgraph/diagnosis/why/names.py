"""Names of elements and failures, and distances from a promise, as they are printed."""

from graph_models.failure import Failure
from graph_models.time import MINUTE, Millis, say_duration
from graph_models.topology import Step, Topology

LATER_THAN_PROMISED = "later than promised"


def failure_text(topology: Topology, failure: Failure) -> str:
    """`F-queues (Queues are full)`: the failure with its summary, else with its class and element."""
    summary = failure.summary.strip().rstrip(".")
    if not summary:
        failure_class = failure.failure_class.value.lower().replace("_", " ")
        summary = f"{failure_class} of {display_name(topology, failure.target)}"
    return f"{failure.key} ({summary})"


def display_name(topology: Topology, identifier: str) -> str:
    """The name of an element; its key where it has no name or is not in the topology."""
    name = getattr(topology.elements.get(identifier), "name", "")
    return name or identifier.partition(":")[2].rpartition("/")[2]


def step_name(step: Step) -> str:
    """Its display name; its key where it has none."""
    return step.name or step.key


def delay_to_promise(at: Millis, promise: Millis) -> str:
    """`1 h 36 min later than promised`: the difference of the two times as they are printed, to the minute.

    In seconds where both are in the same minute. `at` is after the promise.
    """
    excess = (at // MINUTE - promise // MINUTE) * MINUTE or at - promise
    return f"{say_duration(excess)} {LATER_THAN_PROMISED}"
