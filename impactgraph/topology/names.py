"""Elements and failures as sentences name them: by their display names, else by kind and key."""

from graph_models.enums import FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.topology import Step, Topology

_KIND_WORDS = {"api": "API", "data": "data copy"}
_CLASS_NOUNS = {
    FailureClass.TRANSIENT: "transient error rate",
    FailureClass.BUSINESS_RULE: "business rule error",
    FailureClass.DUPLICATE: "duplication",
    FailureClass.CAPACITY: "lack of capacity",
}


def display_name(topology: Topology, identifier: str) -> str:
    """The name of an element; its key where it has no name or is not in the topology."""
    name = getattr(topology.elements.get(identifier), "name", "")
    return name or identifier.partition(":")[2].rpartition("/")[2]


def step_name(step: Step) -> str:
    """Its display name; its key where it has none."""
    return step.name or step.key


def element_title(topology: Topology, identifier: str) -> str:
    """An element by itself, by its full id: `Inventory`, `integration release`, `Pick of Same day`.

    A step has its workflow, as steps of several workflows share a name; an element without a name has its
    kind, as elements of several kinds share a key.
    """
    kind, _, key = identifier.partition(":")
    if kind == "step":
        workflow = key.rpartition("/")[0]
        return f"{display_name(topology, identifier)} of {display_name(topology, f'workflow:{workflow}')}"
    name = getattr(topology.elements.get(identifier), "name", "")
    return name if name and name != key else f"{_KIND_WORDS.get(kind, kind)} {key}"


def element_text(topology: Topology, identifier: str) -> str:
    """An element in a sentence: its title, of a step with its kind: `step Pick of Same day`."""
    title = element_title(topology, identifier)
    return f"step {title}" if identifier.startswith("step:") else title


def record_kind_text(kind: str) -> str:
    """The kind of a record in texts: `posting`, `supplier order`; a notification is a `message`."""
    name = kind.lower()
    return "message" if name == RecordKind.NOTIFICATION.value.lower() else name.replace("_", " ")


def class_noun(failure_class: FailureClass) -> str:
    """What is wrong with an element that has a failure of the class: `outage`, `lack of capacity`."""
    return _CLASS_NOUNS.get(failure_class) or failure_class.value.lower().replace("_", " ")


def failure_of(topology: Topology, failure: Failure) -> str:
    """Such as `outage of Order management`."""
    return f"{class_noun(failure.failure_class)} of {element_text(topology, failure.target)}"


def failure_label(topology: Topology, failure: Failure) -> str:
    """What sentences call a failure: its key, or `the supposed outage of Order management`."""
    return f"the supposed {failure_of(topology, failure)}" if failure.is_supposed else failure.key


def failure_text(topology: Topology, failure: Failure) -> str:
    """`F-queues (Queues are full)`: the failure with its summary, else with its class and element."""
    summary = failure.summary.strip().rstrip(".")
    return f"{failure.key} ({summary or failure_of(topology, failure)})"
