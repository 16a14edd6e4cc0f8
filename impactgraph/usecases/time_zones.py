"""Validates names of time zones in questions and options."""

from graph_models.zones import is_zone, zone_names
from impactgraph.errors import BadInputError
from impactgraph.topology.near import did_you_mean


def check_zone(name: str, option: str) -> str:
    """The name of a time zone. Raises BadInputError where there is none; `option`: what gave it."""
    if is_zone(name):
        return name
    raise BadInputError(
        f"{option} is {name!r}: give the IANA name of a time zone, such as Europe/Berlin or UTC."
        f"{did_you_mean(name, sorted(zone_names()))}"
    )
