import pytest

from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from tests.stores.events import DOCUMENTS, MORE, at, topology


def test_without_a_topology_there_is_none_to_give(bare: Store) -> None:
    with pytest.raises(NotFoundError):
        bare.topology()


def test_the_last_applied_is_the_current_one(store: Store) -> None:
    version = store.apply_topology(topology(MORE), MORE, at(5))

    assert (store.topology().version, [known.current for known in store.topologies()]) == (
        version.key,
        [True, False],
    )


def test_the_same_documents_again_make_no_version(store: Store) -> None:
    again = store.apply_topology(topology(), DOCUMENTS, at(5))

    assert [known.key for known in store.topologies()] == [again.key]


def test_a_past_moment_has_the_version_of_then(store: Store) -> None:
    first = store.topologies()[0].key
    store.apply_topology(topology(MORE), MORE, at(5))

    assert store.topology(at(4)).version == first


def test_before_the_first_was_applied_there_was_the_first(store: Store) -> None:
    assert store.topology(at(-9000)).version == store.topologies()[0].key


def test_a_version_is_found_by_its_key(store: Store) -> None:
    key = store.topologies()[0].key

    assert "step:collect/pick" in store.topology_version(key).elements


def test_a_version_that_there_is_not_is_reported_with_the_nearest(store: Store) -> None:
    key = store.topologies()[0].key

    with pytest.raises(NotFoundError, match=f"Did you mean topology:{key}"):
        store.topology_version(key[:-1] + "x")
