"""What a question may cost: pages of the promised size are always answered, attacks are not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.schema import build_schema
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from tests.functional.http.questions import connections_of, everything_of, page_of
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill

SCHEMA = build_schema(Settings())._schema


@pytest.mark.parametrize("field", connections_of(SCHEMA, "Query"))
def test_a_page_of_500_with_all_scalars_and_two_levels_of_objects_is_answered(api: Api, field: str) -> None:
    answer = api.answer("{" + page_of(SCHEMA, "Query", field, first=500, levels=2) + "}")

    assert "errors" not in answer, answer["errors"][0]


@pytest.mark.parametrize("field", connections_of(SCHEMA, "BlastRadius"))
def test_a_page_of_500_of_a_blast_radius_is_answered_too(api: Api, field: str) -> None:
    answer = api.answer(
        "{ blastRadius {" + page_of(SCHEMA, "BlastRadius", field, first=500, levels=2) + "} }"
    )

    assert "errors" not in answer, answer["errors"][0]


def test_a_whole_blast_radius_is_answered(api: Api) -> None:
    answer = api.answer("{ blastRadius " + everything_of(SCHEMA, "BlastRadius", 3) + "}")

    assert "errors" not in answer, answer["errors"][0]


@pytest.mark.parametrize("first", [0, -1, 501, 10_000])
def test_a_page_size_out_of_range_is_bad_input(api: Api, first: int) -> None:
    assert api.codes("query ($n: Int) { orders(first: $n) { totalCount } }", n=first) == ["BAD_INPUT"]


def test_a_page_within_a_page_that_gives_too_many_objects_is_too_complex(api: Api) -> None:
    assert api.codes(
        "{ elements(first: 500) { edges { node { dependents(first: 500) { edges { node { id } } } } } } }"
    ) == ["TOO_COMPLEX"]


def test_a_size_in_a_variable_counts_as_well(api: Api) -> None:
    query = (
        "query ($n: Int) { elements(first: $n) { edges { node { dependents(first: $n) { edges { node { id } "
        "} } } } } }"
    )

    assert api.codes(query, n=500) == ["TOO_COMPLEX"]


def test_a_size_in_a_variables_default_counts_as_well(api: Api) -> None:
    query = (
        "query ($n: Int = 500) { elements(first: $n) { edges { node { dependents(first: $n) { edges { node { "
        "id } } } } } } }"
    )

    assert api.codes(query) == ["TOO_COMPLEX"]


def test_pages_hidden_in_fragments_count_as_well(api: Api) -> None:
    query = """
        { elements(first: 500) { ...Outer } }
        fragment Outer on ElementConnection { edges { node { ...Inner } } }
        fragment Inner on Element { dependents(first: 500) { edges { node { id } } } }
    """

    assert api.codes(query) == ["TOO_COMPLEX"]


def test_a_question_nested_too_deep_is_too_complex(api: Api) -> None:
    deep = "{ id " + "dependents(first: 1) { edges { node { id " * 10 + "} } } " * 10 + "}"

    assert api.codes('{ element(id: "system:oms") ' + deep + " }") == ["TOO_COMPLEX"]


def test_too_many_aliases_are_too_complex(api: Api) -> None:
    many = " ".join(f"a{n}: blastRadius {{ headline }}" for n in range(61))

    assert api.codes("{" + many + "}") == ["TOO_COMPLEX"]


def test_too_many_tokens_are_too_complex(api: Api) -> None:
    assert api.codes("{" + " __typename" * 20_001 + "}") == ["TOO_COMPLEX"]


def test_fragments_that_double_at_every_level_are_measured_in_no_time(api: Api) -> None:
    levels = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    query = "{ ...F0 } " + levels + " fragment F40 on Query { a: topologies { totalCount } }"

    assert api.codes(query) == ["TOO_COMPLEX"]


def test_introspection_is_answered(api: Api) -> None:
    kinds = api.ask(
        "{ __schema { types { name fields { name type { name ofType { name ofType { name } } } } } } }"
    )["__schema"]["types"]

    assert "BlastRadius" in {kind["name"] for kind in kinds}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Api]:
    """A server that answers with at most a thousand objects."""
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 300)
    with (
        served(create_app(store, Settings(max_cost=1000), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)
    store.close()


def test_an_answer_that_grows_beyond_the_limit_while_it_is_made_is_too_complex(small: Api) -> None:
    around = "dependents { edges { node { dependents { edges { node { id } } } } } }"
    query = f"{{ elements(first: 11, kinds: SYSTEM) {{ edges {{ node {{ a: {around} b: {around} }} }} }} }}"

    assert set(small.codes(query)) == {"TOO_COMPLEX"}


def test_a_refusal_for_complexity_names_the_figure_and_the_limit(small: Api) -> None:
    message = small.answer("{ orders(first: 500) { edges { node { id fulfillments { id } } } } }")["errors"][
        0
    ]["message"]

    assert "3000 objects" in message
    assert "1000" in message
