"""Laws of topologies: of reading them, and of what needs what in them."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from graph_models.topology import Topology
from impactgraph.topology.difference import difference
from impactgraph.topology.load import check_documents, parse_topology
from impactgraph.topology.reach import dependencies, dependents, paths
from impactgraph.topology.schema import topology_schema

RETAILER = (Path(__file__).parents[2] / "fixtures" / "topologies" / "retailer.yaml").read_text()
PLAIN: dict[str, Any] = yaml.safe_load(RETAILER)
SCHEMA = Draft202012Validator(topology_schema())
SPANS = st.sampled_from(["5s", "90s", "15m", "PT2H", "1d"])
ODD = [
    True,
    0,
    5,
    0.5,
    -1,
    "x",
    "oms",
    "erp",
    "sync",
    "5m",
    "1/s",
    "0 * * * *",
    [],
    ["oms"],
    [["oms"]],
    {},
    {"step": "pick"},
    {"p50": "5m"},
]


def some(values: list[str], most: int = 3, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


@st.composite
def topology_documents(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Sections of a valid topology, as plain containers."""
    systems = [f"s{n}" for n in range(draw(st.integers(1, 5)))]
    integrations = [f"i{n}" for n in range(draw(st.integers(1, 5)))]
    data = [f"d{n}" for n in range(draw(st.integers(1, 3)))]
    one = st.sampled_from(systems)
    needs = st.fixed_dictionaries(
        {},
        optional={
            "needs": some(systems + integrations),
            "any_of": st.lists(some(systems, least=1), min_size=1, max_size=3),
            "optional": some(integrations),
        },
    )
    integration = st.fixed_dictionaries(
        {"from": one, "to": one, "transport": st.sampled_from(["sync", "queue", "stream"])},
        optional={"via": some(systems), "timeout": SPANS, "carries": some(["m", "n"])},
    )
    return {
        "systems": {key: draw(needs) for key in systems},
        "integrations": {key: draw(integration) for key in integrations},
        "data": {
            key: {
                "system": draw(one),
                "fed_by": draw(some(integrations)),
                "decision_risk": draw(st.floats(0, 1)),
            }
            for key in data
        },
        "workflows": {"w": {"steps": draw(steps(one, needs, integrations, data))}},
    }


@st.composite
def steps(
    draw: st.DrawFn,
    one: st.SearchStrategy[str],
    needs: st.SearchStrategy[dict[str, Any]],
    integrations: list[str],
    data: list[str],
) -> dict[str, Any]:
    keys = [f"k{n}" for n in range(draw(st.integers(1, 4)))]
    via = st.sampled_from(integrations)
    return {
        key: draw(needs)
        | {
            "runs_on": draw(one),
            "takes": draw(SPANS),
            "reads": draw(some(data)),
            "then": [{"step": other, "via": draw(via)} for other in draw(some(keys, 2))],
            "emits": {
                "postings": draw(
                    st.lists(st.fixed_dictionaries({"type": st.just("p"), "via": via}), max_size=2)
                )
            },
        }
        for key in keys
    }


def read(*sections: dict[str, Any]) -> Topology:
    return parse_topology(
        {f"{number}.yaml": yaml.safe_dump(each, sort_keys=False) for number, each in enumerate(sections)}
    )


@given(topology_documents(), st.randoms())
def test_a_topology_is_the_same_in_one_file_or_in_many_in_any_order(
    documents: dict[str, dict[str, Any]], random: Any
) -> None:
    entries = [
        (section, key, body) for section, entries in documents.items() for key, body in entries.items()
    ]
    random.shuffle(entries)
    files: list[dict[str, dict[str, Any]]] = [{}, {}, {}]
    for section, key, body in entries:
        random.choice(files).setdefault(section, {})[key] = body

    assert read(*files) == read(documents)


@given(st.data())
def test_no_text_makes_the_loader_fail_and_every_problem_of_it_has_a_place(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(RETAILER)))
    length = data.draw(st.integers(0, 40))
    put = data.draw(
        st.one_of(
            st.sampled_from(
                ["", "  ", "\n", ": ", "[", "}", "*x", "&x ", "? ", "- ", "!!x ", "'", "\t", "~", "<<: "]
            ),
            st.text(max_size=5),
        )
    )

    checked = check_documents({"a.yaml": RETAILER[:start] + put + RETAILER[start + length :]})

    assert all(problem.file == "a.yaml" and problem.line for problem in checked.errors)


@settings(max_examples=300)
@given(st.data())
def test_every_document_that_the_loader_accepts_fits_the_schema(data: st.DataObject) -> None:
    changed = copy.deepcopy(PLAIN)
    replace = _somewhere(data, changed)

    replace(data.draw(st.sampled_from(ODD)))
    taken = not check_documents({"a.yaml": yaml.safe_dump(changed)}).errors

    assert SCHEMA.is_valid(changed) or not taken


def _somewhere(data: st.DataObject, root: dict[str, Any]) -> Callable[[Any], None]:
    """Sets a value at a place that is drawn."""
    here: Any = root
    while True:
        key = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        inner = here[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            return lambda value, into=here, at=key: into.__setitem__(at, value)
        here = inner


@given(topology_documents(), st.integers(0, 4))
def test_dependencies_and_dependents_mirror_each_other(
    documents: dict[str, dict[str, Any]], depth: int
) -> None:
    topology = read(documents)

    needs = {(each, other) for each in topology.elements for other in dependencies(topology, each, depth)}
    needed = {(other, each) for each in topology.elements for other in dependents(topology, each, depth)}

    assert needs == needed


@given(topology_documents())
def test_paths_exist_exactly_between_dependent_elements(documents: dict[str, dict[str, Any]]) -> None:
    topology = read(documents)
    first, *_, last = topology.elements

    related = last in dependencies(topology, first) or last in dependents(topology, first)

    assert bool(paths(topology, first, last, 1)) == related


@given(topology_documents(), topology_documents())
def test_differences_in_the_other_direction_are_opposite(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = difference(read(one), read(other)), difference(read(other), read(one))

    assert (set(there.added), set(there.removed)) == (set(back.removed), set(back.added))
    assert {(change.element, change.field) for change in there.changed} == {
        (change.element, change.field) for change in back.changed
    }
