"""Results of the topology tools: elements, their neighbours and paths."""

from typing import Any

from pydantic import Field

from api.mcp.results import Brief, Named, Page, Result, Sentence, Team


class Hit(Result):
    id: str
    kind: str
    name: str | None
    matched: str


class Hits(Result):
    items: list[Hit]
    note: str | None = Field(description="Why the list is empty, where it is.")


class ElementLine(Named):
    kind: str


class Neighbours(Result):
    total_count: int
    items: list[ElementLine]


class Impairment(Result):
    effect: str
    since: str = Field(alias="from")
    until: str | None
    likelihood: float
    path: Sentence


class Element(Brief):
    id: str
    kind: str
    name: str
    owner: Team | None
    attributes: dict[str, Any] = Field(description="What the topology declares for it.")
    impairments: list[Impairment] = Field(description="By the failures that are active now.")
    dependents: Neighbours = Field(description="What needs it directly or over others, nearest first.")
    dependencies: Neighbours = Field(description="What it needs, nearest first.")


class Neighbourhood(Page):
    items: list[ElementLine]


class Paths(Result):
    items: list[Sentence]
    note: str | None
