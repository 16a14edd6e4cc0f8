"""The state cut down to what a view shows: its orders, and the words that they use."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from graph_models.access import MASK
from impactgraph.columns import Codes, Columns, Dictionaries
from impactgraph.columns.declare import Flags
from impactgraph.columns.dictionaries import Dictionary, MaskedDictionary, PartialDictionary
from impactgraph.columns.tables import OrderTerms
from impactgraph.stores.state.instances import Instances


@dataclass(frozen=True)
class CutState:
    """The orders that a view shows at one moment, as a store of these orders alone has them."""

    instances: Instances
    columns: Columns

    @property
    def numbers(self) -> Codes:
        """Numbers of the orders."""
        return self.instances.orders.rows.number

    def has_orders(self, keys: Sequence[str]) -> list[bool]:
        """Of each bare key, whether it is of one of the orders."""
        return (self.columns.order_rows(keys) >= 0).tolist()


@dataclass
class _SameRows(Columns):
    """All rows of other columns, with other dictionaries: it shares their indexes."""

    base: Columns | None = None

    def order_rows(self, keys: Sequence[str]) -> Codes:
        assert self.base is not None
        return self.base.order_rows(keys)

    def rows_at(self, workflow: int, step: int, among: Codes | None = None) -> Codes:
        assert self.base is not None
        return self.base.rows_at(workflow, step, among)


def cut_down(
    instances: Instances,
    is_shown: Flags,
    masked: Collection[str],
    watermark: int,
    known: Dictionaries | None = None,
) -> CutState:
    """Only the orders that are marked by row, and the words that they use; some attributes masked.

    `known` are words that are shown besides: at a past moment those of the present, since a store knows a
    word at every moment once an order has it. Cost: a copy of all that is shown.
    """
    own = instances.only(is_shown)
    columns = Columns(
        own.orders.rows,
        own.fulfillments.rows,
        _words_of(own, masked, known or Dictionaries()),
        own.errors.rows,
        watermark,
        own.records.rows,
    )
    return CutState(own, columns)


def masked_state(instances: Instances, masked: Collection[str]) -> CutState:
    """All orders, with some attributes masked. Copies nothing."""
    c = instances.columns
    words = Dictionaries(**{each.name: getattr(c.dictionaries, each.name) for each in fields(Dictionaries)})
    words.attributes = {
        name: _mask(each) if name in masked else each for name, each in c.dictionaries.attributes.items()
    }
    columns = _SameRows(c.orders, c.fulfillments, words, c.errors, c.watermark, c.records, base=c)
    return CutState(instances, columns)


def _mask(dictionary: Dictionary) -> Dictionary:
    return MaskedDictionary(len(dictionary), MASK)


def _words_of(own: Instances, masked: Collection[str], known: Dictionaries) -> Dictionaries:
    """The values that these orders have, under the same codes; of records the topology's types, too."""
    whole = own.dictionaries
    uses: dict[str, NDArray[np.bool_]] = {}
    for name, codes in _codes(own):
        if name not in uses:
            uses[name] = _none(getattr(whole, name))
        uses[name][codes] = True
    for workflow in whole.workflows:
        uses["types"][[code for _, word in workflow.records if (code := whole.types.find(word))]] = True
    words = Dictionaries(workflows=whole.workflows)
    for name, is_used in uses.items():
        _add(is_used, getattr(known, name))
        setattr(words, name, PartialDictionary(getattr(whole, name), is_used))
    words.attributes = dict(_attributes_of(own, masked, known))
    return words


def _codes(own: Instances) -> Iterator[tuple[str, NDArray[np.integer]]]:
    """(dictionary, codes) of everything that is encoded but attributes."""
    orders, f, errors, records = own.orders.rows, own.fulfillments.rows, own.errors.rows, own.records.rows
    for each in OrderTerms.columns():
        if each.coded_by:
            yield each.coded_by, getattr(orders, each.name)
    yield "currencies", records.currency
    yield "locations", f.location
    yield "locations", f.placement_location
    yield "locations", f.entry_location
    yield "locations", own.all_irregular_visits().location
    yield "elements", f.failed_element
    yield "elements", errors.element
    yield "fail_codes", f.failed_code
    yield "fail_codes", errors.code
    yield "types", records.type


def _attributes_of(
    own: Instances, masked: Collection[str], known: Dictionaries
) -> Iterator[tuple[str, Dictionary]]:
    """Those that an order has, and those known; columns without a value are dropped."""
    columns = own.orders.rows.attributes
    for name in dict.fromkeys([*columns, *known.attributes]):
        whole = own.dictionaries.attributes[name]
        is_used = _none(whole)
        if name in columns:
            is_used[columns[name]] = True
            if not columns[name].any():
                del columns[name]
        if name in known.attributes:
            _add(is_used, known.attributes[name])
        if name not in columns and name not in known.attributes:
            continue
        yield name, _mask(whole) if name in masked else PartialDictionary(whole, is_used)


def _add(is_used: NDArray[np.bool_], known: Dictionary) -> None:
    """Marks the known words, too; the dictionary may have got more since they were marked."""
    if isinstance(known, PartialDictionary):
        is_used[: len(known)] |= known.is_shown


def _none(dictionary: Dictionary) -> NDArray[np.bool_]:
    """By code: only that of nothing."""
    mask = np.zeros(len(dictionary), bool)
    mask[0] = True
    return mask
