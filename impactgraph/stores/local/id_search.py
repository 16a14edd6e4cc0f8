"""Search for orders, fulfillments and documents by id.

Orders are numbered in the order in which they come, so the ids of one time lie together and a look-up by id,
prefix or number skips most of a table. Documents have no such order: the columns say which orders may have
one.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from impactgraph.columns import Codes, Columns, document_code
from impactgraph.columns.external_ids import EXTERNAL_IDS, matching_names
from impactgraph.ports.search import OrderNumber, SearchMatch
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.timelines import order_numbers

MIN_INFIX_LENGTH = 4
"""Characters of a text that is searched inside ids: a shorter one is in too many of them."""
_LAST_CHARACTER = "\U0010ffff"
_FULFILLMENTS = "select o.id, f.id from fulfillments f join orders o on o.number = f.order_number"
_DOCUMENTS = """
select o.id, f.id, e.document, w.word from events e join orders o on o.number = e.order_number
left join fulfillments f on f.number = e.fulfillment_number
join words w on w.domain = 'type' and w.code = e.type
"""


def search_ids(
    record: Record, columns: Columns, text: str, first: int, *, inside: bool
) -> Sequence[SearchMatch]:
    """Matches as `Store.find` defines them; `columns` must be of the same state as the record."""
    forms = list(dict.fromkeys((text, text.upper(), text.lower())))
    if not inside:
        matches = chain(_exact_matches(record, columns, forms), _prefix_matches(record, forms, first))
    elif len(text) >= MIN_INFIX_LENGTH:
        matches = _infix_matches(record, text, first)
    else:
        return ()
    return tuple(islice(dict.fromkeys(matches), first))


def search_number(record: Record, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
    """At most `first` orders with a number, or fulfillments where it has the number of one. Scans all."""
    if number.fulfillment is None:
        query = "select id from orders where contains(id, ?) and regexp_matches(id, ?) order by id limit ?"
    else:
        query = f"{_FULFILLMENTS} where contains(f.id, ?) and regexp_matches(f.id, ?) order by f.id limit ?"
    rows = record.rows(query, [number.digits, number.pattern, first])
    return tuple(SearchMatch(*row) for row in rows)


def _exact_matches(record: Record, columns: Columns, forms: list[str]) -> Iterator[SearchMatch]:
    for (order,) in record.rows("select id from orders where id in (select unnest(?::varchar[]))", [forms]):
        yield SearchMatch(order)
    query = f"{_FULFILLMENTS} where f.id in (select unnest(?::varchar[]))"
    for order, fulfillment in record.rows(query, [forms]):
        yield SearchMatch(order, fulfillment)
    for form in forms:
        yield from _documents(record, columns, form)
    yield from _external_ids(columns, forms)


def _documents(record: Record, columns: Columns, document: str) -> Iterator[SearchMatch]:
    """Records with this document; the code of the document in the columns says which orders to look at."""
    rows: Codes = columns.records.fulfillment[columns.records.document == document_code(document)]
    orders = np.unique(columns.fulfillments.order[rows])
    keys = [str(order) for order in columns.orders.ids[orders]]
    query = f"{_DOCUMENTS} where e.order_number = ? and e.document = ?"
    for number in order_numbers(record, keys).values() if keys else ():
        for row in record.rows(query, [number, document]):
            yield SearchMatch(*row)


def _external_ids(columns: Columns, forms: list[str]) -> Iterator[SearchMatch]:
    """Orders with an attribute that holds another system's id of them."""
    orders = columns.orders
    for name in matching_names(sorted(orders.attributes), EXTERNAL_IDS):
        values = columns.dictionaries.attributes[name]
        codes = [code for form in forms if (code := values.find(form))]
        for row in np.flatnonzero(np.isin(orders.attributes[name], codes)) if codes else ():
            value = values.values[int(orders.attributes[name][row])]
            yield SearchMatch(str(orders.ids[row]), document=value, record=name)


def _prefix_matches(record: Record, forms: list[str], first: int) -> Iterator[SearchMatch]:
    for form in forms:
        bounds = [form, form + _LAST_CHARACTER, first]
        query = "select id from orders where id >= ? and id < ? order by id limit ?"
        for (order,) in record.rows(query, bounds):
            yield SearchMatch(order)
        query = f"{_FULFILLMENTS} where f.id >= ? and f.id < ? order by f.id limit ?"
        for order, fulfillment in record.rows(query, bounds):
            yield SearchMatch(order, fulfillment)


def _infix_matches(record: Record, text: str, first: int) -> Iterator[SearchMatch]:
    """Whatever the case of the letters."""
    values = [text.lower(), first]
    query = "select id from orders where contains(lower(id), ?) order by id limit ?"
    for (order,) in record.rows(query, values):
        yield SearchMatch(order)
    query = f"{_FULFILLMENTS} where contains(lower(f.id), ?) order by f.id limit ?"
    for row in record.rows(query, values) if "/" in text else ():
        yield SearchMatch(*row)
    query = f"{_DOCUMENTS} where contains(lower(e.document), ?) order by e.document limit ?"
    for row in record.rows(query, values):
        yield SearchMatch(*row)
