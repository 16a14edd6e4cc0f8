"""Rows of failures, and of the impairments that the active ones cause."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.scope import Scope
from graph_models.time import FOREVER, MINUTE, Millis
from graph_models.topology import Topology
from impactgraph.forecast.failure_ends import failure_ends, missed_runs, typical_length
from impactgraph.propagation import FailureGraph, propagate
from impactgraph.stores.neo4j.graph import cypher
from impactgraph.stores.neo4j.graph.kinds import camel
from impactgraph.stores.neo4j.graph.nodes import FAILURE
from impactgraph.stores.neo4j.graph.relations import IMPAIRS, TARGETS

Row = dict[str, Any]
Statement = tuple[str, dict[str, Any]]

ESTIMATE_LIFETIME: Millis = 5 * MINUTE
"""After this time impairments are written again, since estimated ends depend on the present moment."""

_TARGET = f"""
unwind $rows as row
match (f:Failure {{id: row.id}})
match (e:{cypher.ELEMENT} {{id: row.target}})
call (f, e) {{ match (f)-[r:{TARGETS.name}]->(other) where other <> e delete r }}
merge (f)-[:{TARGETS.name}]->(e)
"""
_DELETE_IMPAIRMENTS = f"match (:Failure)-[r:{IMPAIRS.name}]->() delete r"


def fingerprint(failures: Sequence[Failure], version: int, at: Millis) -> str:
    """Changes whenever failures must be written again; empty before the first topology."""
    if not version:
        return ""
    active = [failure for failure in failures if failure.active_at(at)]
    content = repr(
        (version, failures, [failure.key for failure in active], at // ESTIMATE_LIFETIME if active else 0)
    )
    return blake2b(content.encode(), digest_size=12).hexdigest()


def impairments(
    topology: Topology, failures: Sequence[Failure], at: Millis
) -> Mapping[str, tuple[Impairment, ...]]:
    """Impairments by element from all failures active at a moment, as a blast radius at that moment has
    them.
    """
    active = [failure for failure in failures if failure.active_at(at)]
    ends = failure_ends(
        active,
        at,
        typical=lambda failure: typical_length(failure, failures, at),
        runs=missed_runs(topology),
    )
    return propagate(
        FailureGraph.of(topology), active, recovery=lambda failure: ends.nominal[failure.key]
    ).by_element


def statements(topology: Topology, failures: Sequence[Failure], at: Millis) -> Iterator[Statement]:
    """Statements that write the failures and replace all impairments; they belong into one transaction."""
    yield (
        cypher.put_nodes(FAILURE),
        {"rows": [FAILURE.row(failure) | {"active": failure.active_at(at)} for failure in failures]},
    )
    yield _TARGET, {"rows": [{"id": failure.id, "target": failure.target} for failure in failures]}
    yield _DELETE_IMPAIRMENTS, {}
    by_element = impairments(topology, failures, at)
    yield (
        _impair(),
        {"rows": [row for rows in by_element.values() for impairment in rows for row in _rows(impairment)]},
    )


def _impair() -> str:
    return f"""
unwind $rows as row
match (f:Failure {{id: row.failure}})
match (e:{cypher.ELEMENT} {{id: row.element}})
create (f)-[r:{IMPAIRS.name}]->(e)
set r = {cypher.map_of("row", IMPAIRS.properties)}, r += row.limits
"""


def _rows(impairment: Impairment) -> Iterator[Row]:
    """One row for each failure that causes the impairment."""
    several = [f"failure:{key}" for key in impairment.failures] if len(impairment.failures) > 1 else None
    row: Row = {
        "element": impairment.element,
        "effect": impairment.effect.value,
        "from": impairment.since,
        "until": impairment.until if impairment.until < FOREVER else None,
        "likelihood": impairment.likelihood,
        "delay": impairment.delay or None,
        "drain": impairment.drain or None,
        "atStart": impairment.at_start,
        "atCompletion": impairment.at_completion,
        "scope": _in_words(impairment.scope),
        "rule": impairment.rule,
        "detail": impairment.detail,
        "hops": len(impairment.hops) - 1,
        "cause": impairment.cause.element if impairment.cause else None,
        "failures": several,
        "limits": _limits(impairment.scope),
    }
    for key in impairment.failures:
        yield row | {"failure": f"failure:{key}"}


def _limits(scope: Scope) -> dict[str, list[str]]:
    return {name if "." in name else camel(name): list(values) for name, values in scope.limits}


def _in_words(scope: Scope) -> str | None:
    return (
        "; ".join(f"{name.replace('_', ' ')}: {', '.join(values)}" for name, values in scope.limits) or None
    )
