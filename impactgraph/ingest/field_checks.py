"""Checks of single fields of events that types cannot express: each raises ValueError with the place."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar, cast

from graph_models.ids import key_of
from graph_models.scope import DIMENSIONS
from graph_models.time import LAST_MOMENT, TOO_LATE
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.event_texts import shown

W = TypeVar("W", bound=StrEnum)


def bare_key(place: str, identifier: str, kind: str) -> str:
    """The id without its kind. Raises ValueError where nothing is left."""
    if ":" not in identifier:
        return identifier
    key = key_of(identifier, kind).strip()
    if not key:
        raise ValueError(f"{place}: {shown(identifier)} names no {kind}: its key is empty")
    return key


def check_moment(place: str, at: datetime) -> None:
    """Raises ValueError before 1970 and after the last moment that can be kept."""
    if moment_millis(at) < 0:
        raise ValueError(f"{place}: before 1970")
    check_latest(place, at)


def check_latest(place: str, at: datetime) -> None:
    """Raises ValueError after the last moment that can be kept."""
    if moment_millis(at) > LAST_MOMENT:
        raise ValueError(f"{place}: {at:%Y-%m-%d} is {TOO_LATE}")


def word_of(words: type[W], place: str, word: str) -> W:
    """The member, in either case. Raises ValueError with the words that there are."""
    member = next((each for each in words if each.value.lower() == word.lower()), None)
    if member is None:
        choices = ", ".join(each.value.lower() for each in words)
        raise ValueError(f"{place}: {word!r} is none of {choices}")
    return member


def check_scope(scope: dict[str, Any]) -> None:
    """Raises ValueError for a dimension that there is not, and for values that are no list of words."""
    for name, values in scope.items():
        if name not in (*DIMENSIONS, "attributes"):
            near = get_close_matches(name, [*DIMENSIONS, "attributes"], n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(DIMENSIONS)}, attributes."
            raise ValueError(f"data.scope: there is no dimension {name!r}. {hint}")
        for inner, members in _lists(name, values):
            if not isinstance(members, (list, str)) or not all(
                isinstance(member, (str, int)) for member in cast("list[Any]", members)
            ):
                raise ValueError(
                    f"data.scope.{inner}: a list of words is meant, such as [store-014, store-015]"
                )


def _lists(name: str, values: Any) -> Iterable[tuple[str, Any]]:
    if name != "attributes":
        return ((name, values),)
    if not isinstance(values, dict):
        raise ValueError("data.scope.attributes: lists by name are meant, such as {brand: [north]}")
    return cast("dict[str, Any]", values).items()
