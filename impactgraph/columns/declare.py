"""Declarations of columns: the name, element type, blank value, shape, rule and meaning of each, written
once.

A table is a class decorated with `table`; each field is one column of it:

    failed_code: Codes = column("Code of that error.", set_by=Setter.ERROR, field="code")

Where do I add a column?

1. Declare it, one field in one class. What questions read belongs to `tables.py` beside this file; what only
   folding needs, to `stores/state/state_tables.py`. Everything else follows from the declaration: blank rows,
   room to grow, the views that questions get, and the file of the snapshot. A snapshot that lacks the column
   is rebuilt from the record.
2. Fold it. With `set_by` it takes its value from the latest event of a kind and nothing else is needed.
   Otherwise compute it in `stores/state/fold.py` (from all events of an order) and in
   `stores/state/increment.py` (from one more event); orders have `stores/state/order_fold.py` only. State the
   rule in `tests/properties/plain_fold.py` too.
3. Only where the value is not yet among the encoded events: declare it in `stores/state/event_tables.py` (an
   order's column that order.placed states is declared in `OrderTerms`, for the event and the state at once),
   and encode it in `stores/state/encoding.py`. The record's SQL and its blocks follow. Raise FORMAT in
   `stores/local/tables.py`, with the statements in MIGRATIONS that bring records of the earlier format to it.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast, dataclass_transform, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound="Table")

Ints: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.str_]
"""numpy's StringDType."""
Objects: TypeAlias = NDArray[np.object_]
"""Texts or None, as the database gives and takes them."""

TEXT: Any = np.dtypes.StringDType()


class Shape(Enum):
    """How many values a row has."""

    ROW = "one"
    STEP = "one for each step of a workflow, as a matrix"
    ATTRIBUTE = "one for each attribute name, as an array each"


class Setter(Enum):
    """The events of which the latest sets a column."""

    STATED = "order.placed, of those that state a value: 0 states none"
    PLACEMENT = "order.placed"
    ENTRY = "entry into a step of the present workflow"
    LOCATION = "any that names a location"
    REROUTE = "fulfillment.rerouted"
    ERROR = "fulfillment.failed, unless a step was entered after it"
    END = "completion or cancellation, unless a step was entered after it"


@dataclass(frozen=True, slots=True)
class Column:
    """A declaration, read from the field of a table."""

    name: str
    dtype: np.dtype[Any]
    shape: Shape
    meaning: str
    blank: int
    """Value of a row for which no event has stated one."""
    set_by: Setter | None
    field: str
    """Field of the event that it takes its value from."""
    coded_by: str
    """Field of `Dictionaries` that encodes the values, empty where the values are numbers or coded otherwise.
    """

    def blank_array(self, count: int, width: int = 0) -> NDArray[Any]:
        """(count,), or (count, width) of a matrix: `width` is the number of steps."""
        shape = (count, width) if self.shape is Shape.STEP else (count,)
        return blank_array(shape, self.dtype, self.blank)


def blank_array(shape: tuple[int, ...], dtype: Any, blank: int = 0) -> NDArray[Any]:
    """Blank values; columns of a matrix are contiguous: questions read one step's column over many rows."""
    if dtype == np.object_:
        return np.full(shape, None, np.object_)
    return np.full(shape, blank, dtype, order="F") if blank else np.zeros(shape, dtype, order="F")


def column(
    meaning: str,
    *,
    blank: int = 0,
    per_step: bool = False,
    set_by: Setter | None = None,
    field: str = "",
    coded_by: str = "",
) -> Any:
    """Declares a column. Its name, element type and shape follow from the field's name and annotation."""
    declaration = {
        "meaning": meaning,
        "blank": blank,
        "per_step": per_step,
        "set_by": set_by,
        "field": field,
        "coded_by": coded_by,
    }
    return dataclasses.field(metadata=declaration)


@dataclass_transform(field_specifiers=(column,))
def table(cls: type[T]) -> type[T]:
    """Makes a dataclass of a table's declarations; columns of the classes it extends are among them."""
    return dataclass(cls)


class Table:
    """Arrays of one length. A subclass declares its columns and may add methods."""

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """The declarations in the order of the fields."""
        return _columns(cls)

    @classmethod
    def blank(cls: type[T], count: int, width: int = 0) -> T:
        """So many blank rows."""
        arrays: dict[str, Any] = {
            each.name: {} if each.shape is Shape.ATTRIBUTE else each.blank_array(count, width)
            for each in cls.columns()
        }
        return cls(**arrays)

    @classmethod
    def empty(cls: type[T]) -> T:
        """No rows."""
        return cls.blank(0)

    @classmethod
    def from_arrays(cls: type[T], arrays: Sequence[NDArray[Any]]) -> T:
        """The arrays in the order of the declarations, cast to their types; uncopied where they have them."""
        pairs = zip(cls.columns(), arrays, strict=True)
        columns: dict[str, Any] = {each.name: array.astype(each.dtype, copy=False) for each, array in pairs}
        return cls(**columns)

    @classmethod
    def concatenate(cls: type[T], parts: Sequence[T]) -> T:
        """The rows of all parts, one part after the other."""
        joint: dict[str, Any] = {
            each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in cls.columns()
        }
        return cls(**joint)

    def take(self: T, which: NDArray[Any]) -> T:
        """The rows of a mask or of indices."""
        rows: dict[str, Any] = {each.name: getattr(self, each.name)[which] for each in self.columns()}
        return type(self)(**rows)

    def __len__(self) -> int:
        return len(getattr(self, self.columns()[0].name))


@cache
def _columns(cls: type[Table]) -> tuple[Column, ...]:
    return tuple(_declaration(each) for each in dataclasses.fields(cast("Any", cls)))


def _declaration(each: "dataclasses.Field[Any]") -> Column:
    declaration = each.metadata
    shape = Shape.STEP if declaration["per_step"] else Shape.ROW
    annotation: Any = each.type
    if get_origin(annotation) is dict:
        shape = Shape.ATTRIBUTE
        annotation = get_args(annotation)[1]
    return Column(
        name=each.name,
        dtype=_dtype(annotation),
        shape=shape,
        meaning=declaration["meaning"],
        blank=declaration["blank"],
        set_by=declaration["set_by"],
        field=declaration["field"] or each.name,
        coded_by=declaration["coded_by"],
    )


def _dtype(annotation: Any) -> np.dtype[Any]:
    """Element type of an annotation such as `NDArray[np.int64]`."""
    scalar = get_args(get_args(annotation)[1])[0]
    return np.dtype(TEXT if scalar is np.str_ else scalar)
