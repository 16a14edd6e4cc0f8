"""The demo of a moment, in memory."""

from graph_models.time import Millis
from impactgraph.demo.load import load_demo
from impactgraph.stores.embedded import EmbeddedStore

NOW: Millis = 1_772_546_400_000


def demo_store(orders: int) -> EmbeddedStore:
    """So many orders, with stores that promise stock they do not have."""
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    load_demo(store, orders, NOW, 7)
    return store
