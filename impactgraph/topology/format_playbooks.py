"""Fields of playbooks: their steps, what a step changes, and which failures they are for."""

from typing import Any

from graph_models.enums import FailureClass
from graph_models.playbooks import Playbook, PlaybookStep, StepEffect, StepEffectKind
from impactgraph.topology.fields import Body, Field, Fields, Several
from impactgraph.topology.find import ELEMENT_KINDS as KINDS
from impactgraph.topology.format_steps import NAME, SPAN, TEXT
from impactgraph.topology.locale_fields import TextOrTexts
from impactgraph.topology.reference_fields import Pointer
from impactgraph.topology.values import Word

_COVERS = Fields(
    (
        Field("elements", Several(Pointer(*KINDS, full=True)), "Elements by id."),
        Field("kinds", Several(Word(KINDS)), "Kinds of elements."),
        Field(
            "classes",
            Several(Word(tuple(each.value for each in FailureClass), FailureClass)),
            "Failure classes; with `elements` or `kinds` only failures of these classes.",
        ),
    )
)
_EFFECT = Fields(
    (
        Field(
            "kind",
            Word(tuple(each.value for each in StepEffectKind), StepEffectKind),
            "`end` ends the failure of the target, `drain` clears its backlog faster, `alternative` opens "
            "the target in place of what failed, `move` moves orders to it, `hold` holds its records.",
            required=True,
        ),
        Field(
            "target",
            Pointer(*KINDS, full=True),
            "The element that it is about; by default the one that failed.",
        ),
        Field("within", SPAN, "Drain: how long the backlog takes then."),
        Field(
            "from",
            Pointer("step", "workflow", full=True),
            "Move: the step or workflow whose orders are moved.",
            attribute="source",
        ),
        Field("records", Several(TEXT), "Hold: types of the records that are held; by default all."),
    )
)
_PLAYBOOK_STEP = Fields(
    (
        Field("text", TEXT, "What to do.", required=True),
        Field("owner", Pointer("team"), "The team that does it."),
        Field("approval", TEXT, "Who must agree first."),
        Field(
            "effect",
            Body(_EFFECT, lambda v: StepEffect(**v)),
            "What it changes, so that the checklist of an incident shows what it saves.",
        ),
        Field(
            "automation",
            TEXT,
            "Channel, by its key in the file of notices, that takes a request when a person starts the step.",
        ),
    )
)
PLAYBOOKS = Fields(
    (
        NAME,
        Field(
            "steps",
            Several(Body(_PLAYBOOK_STEP, lambda v: PlaybookStep(**v)), least=1),
            "What to do, in order.",
            required=True,
        ),
        Field("for", Body(_COVERS), "Which failures it is for.", attribute="covers"),
        Field(
            "message",
            TextOrTexts(),
            "Text for the service desk to tell the customer: one, or a map from language to text.",
        ),
    )
)


def make_playbook(key: str, covers: dict[str, Any] | None = None, **values: Any) -> Playbook:
    return Playbook(key=key, **values, **(covers or {}))
