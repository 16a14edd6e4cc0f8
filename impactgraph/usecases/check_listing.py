"""Checks the list of a system before it is recorded: its system, its moment, the meanings of its states."""

from collections.abc import Collection, Iterable

from graph_models.ids import key_of
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records.states import STATUS_WORDS, plain
from impactgraph.errors import BadInputError, NotFoundError, Problem
from impactgraph.topology.near import did_you_mean, nearest
from impactgraph.usecases.events_ahead import CLOCK_SKEW
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.report_list import SystemListing


def listing_problems(listing: SystemListing, steps: Iterable[tuple[str, str]], now: Millis) -> list[str]:
    """Why a list cannot be: it says what a system will have, or that a word means what is neither a status
    nor a step. `steps`: (workflow/step, name) of all that there are.
    """
    problems: list[str] = []
    if listing.at > now + CLOCK_SKEW:
        problems.append(
            f"The list is as of {iso(listing.at)}, and it is {iso(now)}: a list says what a system has by "
            "then. Give the moment at which it was made."
        )
    words = [word for words in STATUS_WORDS.values() for word in words]
    names = [name for key, name in steps for name in (key, key.rpartition("/")[2], name)]
    known = {plain(each): each for each in (*names, *words)}
    return problems + [
        f"States: {word!r} is to mean {meaning!r}, which is neither a step nor a status (in_flight, "
        f"completed, cancelled).{did_you_mean(meaning, known.values())}"
        for word, meaning in (listing.states or {}).items()
        if plain(meaning) not in known
    ]


def check_listing(listing: SystemListing, steps: Iterable[tuple[str, str]], now: Millis) -> None:
    """Raises BadInputError with the problems of a list."""
    if problems := listing_problems(listing, steps, now):
        raise BadInputError(*map(Problem, problems))


def steps_of(topology: Topology) -> list[tuple[str, str]]:
    """(workflow/step, name) of all steps."""
    return [
        (f"{workflow.key}/{step.key}", step.name)
        for workflow in topology.workflows.values()
        for step in workflow.steps
    ]


def check_system(systems: Collection[str], system: str) -> str:
    """The bare key of one of the systems. Raises NotFoundError with near ones."""
    key = key_of(system, "system")
    if key not in systems:
        near = [f"system:{each}" for each in nearest(key, systems, 3)]
        raise NotFoundError(f"system:{key}", near=near)
    return key
