"""An order asked for alone is told what it is told among all."""

import numpy as np
import pytest

from graph_models.impact import Question
from graph_models.orders import OrderFilter
from impactgraph.columns import IN_FLIGHT
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
from tests.demo_store import NOW, demo_store


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return demo_store(2_000)


def test_orders_of_every_kind_alone_and_among_all(store: EmbeddedStore) -> None:
    with store.columns() as columns:
        f = columns.fulfillments
        sent, failing, others = f.rerouted_at > 0, f.failed_at > 0, f.status == IN_FLIGHT
        keys = [
            str(key)
            for key in columns.orders.ids[
                np.unique(np.concatenate([f.order[sent], f.order[failing], f.order[others][::10]]))
            ]
        ]
    with blast_radius(store, Question(), NOW) as answer:
        among_all = {
            hit.order
            for hit in answer.orders(OrderFilter(ids=tuple(f"order:{key}" for key in keys)), first=500).items
        }

    alone = set[str]()
    for key in keys:
        with blast_radius(store, Question(where=OrderFilter(ids=(f"order:{key}",))), NOW) as answer:
            alone |= {hit.order for hit in answer.orders(first=2).items}

    assert sent.sum() > 10 and failing.sum() > 10 and 10 < len(among_all) < len(keys)
    assert alone == among_all
