"""Converters of fields that many models have: moments, durations, references."""

from collections.abc import Sequence

from graph_models.time import Millis
from impactgraph.cli.encode.model_encoder import Converter, ModelEncoder
from impactgraph.cli.encode.values import Json, iso_duration, iso_moment


def moment_value(_: ModelEncoder, at: Millis | None) -> str | None:
    """Converter of moments."""
    return iso_moment(at)


def duration_value(_: ModelEncoder, duration: Millis | None) -> str | None:
    """Converter of durations."""
    return iso_duration(duration)


def id_of(kind: str) -> Converter:
    """Converter of bare keys to full ids of one kind."""
    return lambda _, key: f"{kind}:{key}" if key else None


def order_id(_: ModelEncoder, key: str) -> Json:
    """An order by bare key: only its id."""
    return {"id": f"order:{key}"}


def order_ids(encoder: ModelEncoder, keys: Sequence[str]) -> list[Json]:
    """Orders by bare keys: only their ids."""
    return [order_id(encoder, key) for key in keys]


def failure_ids(_: ModelEncoder, keys: Sequence[str]) -> list[str]:
    """Full ids of failures by bare keys."""
    return [f"failure:{key}" for key in keys]


def elements(encoder: ModelEncoder, identifiers: Sequence[str]) -> list[Json | None]:
    """Elements by full ids."""
    return [encoder.element(each) for each in identifiers]


def element_of(kind: str) -> Converter:
    """Converter of bare keys of one kind of element."""
    return lambda encoder, key: encoder.element(f"{kind}:{key}" if key else None)
