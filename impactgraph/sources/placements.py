"""Events that place an order because nothing before them does: a source knows less of an order than the event
that placed it.
"""

from graph_models.time import Millis
from impactgraph.ingest.moments import instant_millis
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Translation


def drop_known_placements(translation: Translation, store: Store) -> None:
    """Removes the events that place, later, an order which is placed already, and that no record says to be
    placed.
    """
    if not translation.inferred:
        return
    placed_at = _placement_times(sorted(set(translation.inferred.values())), store)
    superseded_rows = {
        index
        for index, order in translation.inferred.items()
        if order in placed_at and placed_at[order] < instant_millis(translation.lines[index])
    }
    remaining = [index for index in range(len(translation.lines)) if index not in superseded_rows]
    translation.lines = [translation.lines[index] for index in remaining]
    translation.places = [translation.places[index] for index in remaining]
    translation.inferred = {}


def _placement_times(orders: list[str], store: Store) -> dict[str, Millis]:
    return {key: order.placed_at for key, order in store.orders(orders).items() if order.placed_at}
