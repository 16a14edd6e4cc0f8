"""What reads plain fields directly answers as graphql-core does, errors included."""

from collections.abc import Callable
from enum import Enum
from typing import Any, ClassVar

import pytest
import strawberry
from strawberry.extensions import SchemaExtension

from api.plain_fields import PlainFields
from tests.own_loop import run_apart


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Thing:
    name: str
    note: str | None = None

    @strawberry.field
    def loud(self) -> str:
        return self.name.upper()


@strawberry.type
class Ball(Thing):
    colour: Colour = Colour.RED
    size: float = 1.0


@strawberry.type
class Box(Thing):
    things: list[Thing] = strawberry.field(default_factory=list[Thing])

    @strawberry.field
    def first(self) -> Thing | None:
        return self.things[0] if self.things else None

    @strawberry.field
    async def later(self) -> str:
        return f"{self.name} later"

    @strawberry.field
    def several(self, times: int = 2) -> list[str]:
        return [self.name] * times

    @strawberry.field
    def broken(self) -> str:
        raise ValueError(f"{self.name} is broken")

    @strawberry.field
    def broken_or_null(self) -> str | None:
        if self.name == "odd":
            raise ValueError("odd")
        return self.name


def _wrong(**values: Any) -> Ball:
    ball = Ball(name="wrong")
    for name, value in values.items():
        setattr(ball, name, value)
    return ball


BOXES = [
    Box(name="even", things=[Ball(name="a", colour=Colour.BLUE), Box(name="inner", note="n")]),
    Box(name="odd", note=""),
]
WRONG = {
    "null": [_wrong(name=None)],
    "enum": [_wrong(colour="green")],
    "number": [_wrong(size="large")],
    "list": [Box(name="x", things="text")],  # pyright: ignore[reportArgumentType] - wrong on purpose
    "member": [Box(name="x", things=[Ball(name="a"), None])],  # pyright: ignore[reportArgumentType]
    "class": [Box(name="x", things=["text"])],  # pyright: ignore[reportArgumentType]
    "nothing": [Box(name="x")],
}


@strawberry.type
class Query:
    @strawberry.field
    def boxes(self) -> list[Box]:
        return BOXES

    @strawberry.field
    def optional(self) -> list[Box | None] | None:
        return [*BOXES, None]

    @strawberry.field
    def wrong(self, kind: str) -> list[Thing] | None:
        return WRONG[kind]


def _schema(
    execution: type[PlainFields] | None, extensions: list[type[SchemaExtension]]
) -> strawberry.Schema:
    return strawberry.Schema(
        Query, types=[Ball, Box], execution_context_class=execution, extensions=extensions
    )


def _answer(execution: type[PlainFields] | None, document: str, *extensions: type[SchemaExtension]) -> Any:
    schema = _schema(execution, list(extensions))
    result = run_apart(schema.execute(document, variable_values={"yes": True}))
    return result.data, [(error.message, error.path, error.locations) for error in result.errors or ()]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "strawberry.execution")


@pytest.mark.parametrize(
    "selection",
    [
        "boxes { name note loud }",
        "boxes { __typename again: name things { __typename name } }",
        "boxes { first { loud ... on Ball { colour size } } }",
        "boxes { things { ...ball ... on Box { note first { name } } } }",
        "boxes { name later several }",
        "boxes { several(times: 3) things { name ... on Box { later } } }",
        "boxes { name @skip(if: $yes) note @include(if: $yes) }",
        "boxes { name name things { name } things { note } }",
        "optional { name things { loud } }",
        "boxes { name broken }",
        "optional { name broken }",
        "boxes { name brokenOrNull }",
        *(
            f'wrong(kind: "{kind}") {{ name note loud ... on Box {{ things {{ name }} }} ...ball }}'
            for kind in WRONG
        ),
    ],
)
def test_answers_as_graphql_core_does(selection: str) -> None:
    document = (
        "query ($yes: Boolean = true) { asked: __typename @include(if: $yes) "
        f"{selection} }} fragment ball on Ball {{ colour size }}"
    )
    if "ball" not in selection:
        document = document.partition(" fragment")[0]

    assert _answer(PlainFields, document) == _answer(None, document)


class Shouting(SchemaExtension):
    def resolve(self, next_: Callable[..., Any], root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        value = next_(root, info, *args, **kwargs)
        return f"{value}!" if isinstance(value, str) else value


def test_what_watches_every_field_sees_every_field() -> None:
    data, errors = _answer(PlainFields, "{ boxes { name } }", Shouting)

    assert (data, errors) == ({"boxes": [{"name": "even!"}, {"name": "odd!"}]}, [])


class Counting(PlainFields):
    names: ClassVar[list[str]] = []

    def build_resolve_info(self, field_def: Any, field_nodes: Any, *rest: Any) -> Any:
        self.names.append(field_nodes[0].name.value)
        return super().build_resolve_info(field_def, field_nodes, *rest)


def test_graphql_core_executes_what_is_not_plain_and_nothing_else() -> None:
    _answer(Counting, "{ boxes { name later things { name loud } } }")

    assert Counting.names == ["boxes", "later", "later"]
