"""Makes GraphQL enums of enumerations, with a description of each value."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry


def describe(
    cls: type[StrEnum], description: str, values: Mapping[str, str], name: str | None = None
) -> None:
    """Makes a GraphQL enum with a description of each value. Raises KeyError where one is missing."""
    enum = strawberry.enum(cls, name=name, description=description)
    # set by Strawberry
    definition = enum.__strawberry_definition__  # pyright: ignore[reportAttributeAccessIssue] - strawberry sets it
    for value in definition.values:
        value.description = values[value.name]
