"""Fields that refer to other elements of the topology."""

from typing import Any

from graph_models.ids import full_id, split_id
from graph_models.topology import Transition
from impactgraph.topology.document import Node
from impactgraph.topology.fields import JsonSchema, Reading, display_text, source_text
from impactgraph.topology.near import did_you_mean


class Pointer:
    """A reference to an element of one of these kinds; the value is its key, or its full id if `full` is
    set.
    """

    def __init__(self, *kinds: str, full: bool = False) -> None:
        self.kinds = kinds
        self.full = full

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node)
        if text is None:
            return reading.wrong(
                f"`{name}` must name a {' or '.join(self.kinds)}, not {display_text(node)}.", line
            )
        reference = reading.keys.resolve(text, self.kinds)
        if isinstance(reference, str):
            return reading.wrong(f"`{name}`: {reference}", line)
        return full_id(*reference) if self.full else reference[1]

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/reference"}


class StepPointer:
    """A step of the workflow being read, as its bare key; `step:workflow/key` is taken too."""

    def __init__(self, *, short: bool = False) -> None:
        self.short = short
        """The value is a Transition without conditions."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        key = text
        if split_id(text)[0] == "step":
            workflow, slash, rest = split_id(text)[1].partition("/")
            if not slash:
                key = workflow
            elif workflow == reading.workflow:
                key = rest
        steps = reading.keys.steps.get(reading.workflow, {})
        if key not in steps:
            return reading.wrong(
                f"`{name}`: workflow {reading.workflow!r} has no step "
                f"{text or display_text(node)!r}.{did_you_mean(key, steps)}",
                line,
            )
        return Transition(key) if self.short else key

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/reference"}


class PostingType:
    """The type of a posting that some step of the same workflow emits."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        types = reading.keys.postings.get(reading.workflow, set())
        if text not in types:
            message = (
                f"`{name}`: no step of workflow {reading.workflow!r} emits a posting "
                f"{text or display_text(node)!r}."
            )
            return reading.wrong(message + did_you_mean(text, types), line)
        return text

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


class TeamOrContact:
    """A team's bare key, or any other text: an address to call."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node)
        if text is None:
            return reading.wrong(f"`{name}` must name a team or a contact, not {display_text(node)}.", line)
        kind, key = split_id(text)
        if kind == "team":
            reference = reading.keys.resolve(text, ("team",))
            return reading.wrong(f"`{name}`: {reference}", line) if isinstance(reference, str) else key
        return text

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}
