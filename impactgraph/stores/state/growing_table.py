"""Tables with room to grow, and the rows of their entries by number."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.columns.declare import TEXT, Column, Shape, Table, blank_array

T = TypeVar("T", bound=Table)

_ATTRIBUTE = "attribute:"


class GrowingTable(Generic[T]):
    """The arrays of a table with spare room, by name; those of attributes are called `attribute:NAME`."""

    def __init__(self, kind: type[T], width: int = 0) -> None:
        self.kind = kind
        self.size = 0
        self.width = width
        """Number of steps in the matrices."""
        self._arrays: dict[str, NDArray[Any]] = {
            each.name: each.blank_array(0, width) for each in self._columns()
        }
        self._rows: T | None = None

    def _columns(self) -> list[Column]:
        return [each for each in self.kind.columns() if each.shape is not Shape.ATTRIBUTE]

    @property
    def rows(self) -> T:
        """The rows in use, as views: writing to them is writing to the table. Views keep their length."""
        if self._rows is None:
            arrays: dict[str, Any] = {
                each.name: self._attributes() if each.shape is Shape.ATTRIBUTE else self[each.name]
                for each in self.kind.columns()
            }
            self._rows = self.kind(**arrays)
        return self._rows

    def _attributes(self) -> dict[str, Codes]:
        return {
            name.removeprefix(_ATTRIBUTE): self[name] for name in self.names() if name.startswith(_ATTRIBUTE)
        }

    def __getitem__(self, name: str) -> NDArray[Any]:
        """The part of a column that is in use, as a view."""
        return self._arrays[name][: self.size]

    def names(self) -> tuple[str, ...]:
        return tuple(self._arrays)

    def attribute(self, name: str) -> Codes:
        """The column of an attribute, a new blank one where there is none."""
        key = _ATTRIBUTE + name
        if key not in self._arrays:
            self._arrays[key] = np.zeros(len(next(iter(self._arrays.values()))), np.int32)
            self._rows = None
        return self[key]

    def set(self, name: str, rows: Codes, values: NDArray[Any]) -> None:
        """Writes a column; a matrix of fewer steps than the table has is filled up with blanks."""
        target = self[name]
        if target.ndim == 1 or values.shape[1] == target.shape[1]:
            target[rows] = values
        else:
            target[rows, values.shape[1] :] = 0
            target[rows, : values.shape[1]] = values

    def extend(self, count: int) -> None:
        """Adds rows of zeros; views taken before keep their length, and may be of the old place."""
        size = self.size + count
        self.reserve(size, least=1024, spare=0.5)
        self.size = size
        self._rows = None

    def reserve(self, size: int, *, least: int = 0, spare: float = 0.0) -> None:
        """Makes room for `size` rows.

        Where there is too little, makes room for at least `least` and a share more than there was, so that
        growing is rare.
        """
        for name, array in self._arrays.items():
            if len(array) < size:
                length = max(size, len(array) + int(len(array) * spare), least)
                larger = blank_array((length, *array.shape[1:]), array.dtype)
                larger[: self.size] = array[: self.size]
                self._arrays[name] = larger
        self._rows = None

    def widen(self, width: int) -> None:
        """Makes room for `width` steps in the matrices."""
        if width <= self.width:
            return
        for each in self._columns():
            if each.shape is Shape.STEP:
                array = self._arrays[each.name]
                self._arrays[each.name] = blank_array((len(array), width), array.dtype)
                self._arrays[each.name][:, : self.width] = array
        self.width = width
        self._rows = None

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Brings the rows into an order, column by column, so that memory never holds two copies of all."""
        for name in self._arrays:
            self._arrays[name] = self[name][order]
        self._rows = None

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drops the rows that are not marked."""
        self.reorder(np.flatnonzero(mask))
        self.size = int(np.count_nonzero(mask))

    def adopt(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Takes whole columns, which become its own. Raises ValueError where they are not those of the
        declarations.
        """
        columns = {each.name: each for each in self._columns()}
        names = {name for name in arrays if not name.startswith(_ATTRIBUTE)}
        if names != columns.keys():
            raise ValueError(f"columns {sorted(names ^ columns.keys())} differ")
        for name, each in columns.items():
            if arrays[name].dtype != each.dtype:
                raise ValueError(f"column {name} is {arrays[name].dtype}, not {each.dtype}")
        self._arrays = {
            name: np.asfortranarray(array) if array.ndim > 1 else array for name, array in arrays.items()
        }
        self.size = len(next(iter(arrays.values())))
        self.width = next(
            (arrays[each.name].shape[1] for each in columns.values() if each.shape is Shape.STEP), 0
        )
        self._rows = None


class NumberIndex:
    """Row by number."""

    def __init__(self, numbers: Codes | None = None) -> None:
        numbers = np.zeros(0, np.int32) if numbers is None else numbers
        self._rows: Codes = np.full(int(numbers.max()) + 1 if len(numbers) else 0, -1, np.int32)
        self._rows[numbers] = np.arange(len(numbers), dtype=np.int32)

    def rows(self, numbers: Codes) -> Codes:
        """Row of each number, -1 where it has none."""
        if not len(self._rows):
            return np.full(len(numbers), -1, np.int32)
        is_valid = (numbers >= 0) & (numbers < len(self._rows))
        return np.where(is_valid, self._rows[np.where(is_valid, numbers, 0)], np.int32(-1))

    def add(self, numbers: Codes, first_row: int) -> Codes:
        """Gives new numbers the rows from `first_row` on, and returns these."""
        length = int(numbers.max()) + 1
        if length > len(self._rows):
            spare = max(length - len(self._rows), len(self._rows) // 2)
            self._rows = np.concatenate([self._rows, np.full(spare, -1, np.int32)])
        rows = np.arange(first_row, first_row + len(numbers), dtype=np.int32)
        self._rows[numbers] = rows
        return rows


def text_array(texts: list[str]) -> NDArray[Any]:
    return np.array(texts, TEXT)
