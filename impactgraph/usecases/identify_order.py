"""Identifies the one order that a typed or pasted text names."""

from graph_models.time import moment
from impactgraph.errors import AmbiguousError, ForgottenError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import near_orders
from impactgraph.usecases.search import SearchResult, best_orders
from impactgraph.usecases.search_text import SearchText

_MOST = 10
"""Orders that an error lists."""


def identify_order(store: Store, text: str) -> SearchResult:
    """The order by its id, else the only one that `search` finds best.

    Raises:
        ForgottenError: it was forgotten.
        NotFoundError: no order fits, or several only begin with the text or contain it.
        AmbiguousError: several fit equally well, such as by the number of a document.
        BadInputError: the text is empty, too long, an e-mail address or a phone number.
    """
    query = SearchText(text)
    key = query.order
    if key in store.orders([key]):
        return SearchResult(f"order:{key}", f"order {key}", key)
    if (forgotten_at := store.forgotten_at(key)) is not None:
        raise ForgottenError(
            f"order:{key}",
            message=(
                f"The order {key!r} was forgotten on {moment(forgotten_at):%Y-%m-%d}: nothing of it is kept."
            ),
        )
    results, is_whole = best_orders(store, query, _MOST)
    if len(results) == 1:
        return results[0]
    orders = [f"order:{result.order}" for result in results]
    if not results:
        with store.columns() as columns:
            raise NotFoundError(text, near=near_orders(columns, key), message=_removal_message(store, text))
    if not is_whole:
        raise NotFoundError(text, near=orders[:3])
    raise AmbiguousError(text, orders, [result.match_text for result in results])


def _removal_message(store: Store, text: str) -> str:
    """What is said of an unknown order where retention removed some; empty without."""
    since = store.retained_from()
    if since is None:
        return ""
    return (
        f"There is no {text!r}. Orders that ended before {moment(since.answers):%Y-%m-%d} were removed by "
        "retention."
    )
