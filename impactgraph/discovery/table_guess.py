"""Guesses the role of each column of a table of order steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_models.counts import say_count
from graph_models.percent import percent
from graph_models.time import SECOND, say_duration
from impactgraph.discovery.columns import NEARLY_ALL, Column, columns_of, constant_share, groups
from impactgraph.discovery.keys import is_key
from impactgraph.discovery.mapping_draft import Guess, MappingDraft, Sureness
from impactgraph.discovery.names import name_fit
from impactgraph.discovery.time_formats import usual_gap

DEFAULT_WORKFLOW = "orders"
NO_CURRENCY = "XXX"
"""ISO 4217's code for no currency."""
_GOOD = 0.8
"""Fit of a name that says by itself what a column is."""
_ATTRIBUTES = ("carrier", "supplier", "payload_version")


@dataclass(frozen=True, slots=True)
class _Choice:
    column: Column
    sureness: Sureness
    evidence: str


def guess_table(
    rows: Sequence[Mapping[str, str]], names: Sequence[str], source: str
) -> tuple[MappingDraft, list[str]]:
    """(the draft but for what activities mean, what a mapping needs and no column seems to be)."""
    guess = _TableGuess(columns_of(rows, names), len(rows))
    draft = MappingDraft(Guess(source, Sureness.UNSURE, "by the name of the file"), rows=len(rows))
    missing = guess.run(draft)
    return draft, missing


def add_attributes(draft: MappingDraft, columns: dict[str, Column]) -> None:
    """Guesses what the attributes of orders (a value an object) and of events mean."""
    rows = max((len(column.values) for column in columns.values()), default=0)
    guess = _TableGuess(columns, rows, "objects")
    guess.add_order(draft, None)
    draft.spare_columns = tuple(guess.free)


def add_part_attributes(draft: MappingDraft, columns: dict[str, Column]) -> None:
    """Guesses what the attributes of fulfillments mean, where they have some of their own."""
    rows = max((len(column.values) for column in columns.values()), default=0)
    _TableGuess(columns, rows, "objects").add_part(draft, is_own=True)


class _TableGuess:
    def __init__(self, columns: dict[str, Column], rows: int, noun: str = "rows") -> None:
        self._columns = columns
        self._rows, self._noun = rows, noun
        self.free = [name for name, column in columns.items() if column.value_count]

    def run(self, draft: MappingDraft) -> list[str]:
        time = self._time()
        activity = self._activity()
        missing = [
            what for what, choice in (("csv.time", time), ("csv.activity", activity)) if choice is None
        ]
        if time is None or activity is None:
            return missing
        order, fulfillment = self._order_and_fulfillment(activity.column)
        if order is None:
            return ["order.type"]
        draft.csv |= {"activity": _as_guess(activity), "time": _as_guess(time)}
        if (entry := self._entry_id()) is not None:
            draft.csv["id"] = _as_guess(entry)
        draft.order["type"] = _as_guess(order)
        if fulfillment is not None:
            _add_fulfillment_id(draft, order.column, fulfillment)
        self.add_order(draft, order.column)
        self._add_formats(draft, time.column, order.column)
        draft.spare_columns = tuple(self.free)
        return []

    def _take(self, column: Column) -> None:
        self.free.remove(column.name)

    def _free_columns(self) -> list[Column]:
        return [self._columns[name] for name in self.free]

    def _time(self) -> _Choice | None:
        """The moment of the entry: by its name, and by having the most different values."""
        candidates = [
            column
            for column in self._free_columns()
            if column.times is not None and column.value_count >= NEARLY_ALL * self._rows
        ]
        if not candidates:
            return None
        best = max(candidates, key=lambda column: (self._time_fit(column), column.distinct))
        self._take(best)
        others = [column.name for column in candidates if column is not best]
        evidence = (
            f"a moment in {best.value_count:,} of {say_count(self._rows, 'row')}, {best.distinct:,} different"
        )
        if others:
            evidence += f"; so have {', '.join(others)}"
        is_sure = not others or name_fit(best.name, "time") >= _GOOD
        return _Choice(best, Sureness.SURE if is_sure else Sureness.LIKELY, evidence)

    def _time_fit(self, column: Column) -> float:
        spread = column.distinct / max(1, column.value_count)
        promise = name_fit(column.name, "promised_by")
        return name_fit(column.name, "time") + spread - promise

    def _activity(self) -> _Choice | None:
        candidates = [
            column
            for column in self._free_columns()
            if column.distinct >= 2
            and column.is_category
            and not column.is_number
            and column.times is None
            and column.value_count >= 0.9 * self._rows
        ]
        named_values = [column for column in candidates if name_fit(column.name, "activity") >= 0.5]
        pool = named_values or candidates
        if not pool:
            return None
        best = max(
            named_values,
            key=lambda column: (name_fit(column.name, "activity"), column.distinct),
            default=None,
        )
        best = best or max(pool, key=self._variety)
        self._take(best)
        evidence = f"{best.distinct:,} different values in {say_count(best.value_count, 'row')}"
        is_sure = name_fit(best.name, "activity") >= _GOOD
        return _Choice(best, Sureness.SURE if is_sure else Sureness.UNSURE, evidence)

    def _variety(self, column: Column) -> float:
        """How many values it has in the rows of one value of another column, on average: an activity varies
        within an order.
        """
        owners = [
            other
            for other in self._free_columns()
            if column.distinct < other.distinct <= 0.9 * other.value_count and not other.is_decimal
        ]
        owners = sorted(owners, key=lambda other: -other.distinct)[:_OWNERS]
        return max((_activities_each(owner, column) for owner in owners), default=0.0)

    def _entry_id(self) -> _Choice | None:
        for column in self._free_columns():
            is_unique = column.distinct == column.value_count == self._rows
            if is_unique and name_fit(column.name, "id") >= 0.5 and not column.is_decimal:
                self._take(column)
                evidence = f"different in {column.distinct:,} of {say_count(self._rows, 'row')}"
                return _Choice(column, Sureness.SURE, evidence)
        return None

    def _order_and_fulfillment(self, activity: Column) -> tuple[_Choice | None, _Choice | None]:
        """Ids that several rows of different activities share; the fulfillment's has one order each."""
        candidates = [
            column
            for column in self._free_columns()
            if column.value_count >= 0.5 * self._rows
            and not column.is_decimal
            and column.times is None
            and 1 < column.distinct <= 0.9 * column.value_count
        ]
        ids = [column for column in candidates if _activities_each(column, activity) >= _ID_ACTIVITIES]
        ids = [column for column in ids if column.distinct > activity.distinct or self._rows < 100]
        named_values = [column for column in ids if name_fit(column.name, "order") >= 0.5]
        named_values = [
            column for column in named_values if name_fit(column.name, "fulfillment") < 0.5
        ] or named_values
        pool = named_values or ids
        if not pool:
            return None, None
        by_size = sorted(pool, key=lambda column: column.distinct)
        order = max(by_size, key=lambda column: (name_fit(column.name, "order"), column.distinct))
        if not named_values:
            order = _coarsest(by_size)
        self._take(order)
        each = order.value_count / order.distinct
        rows = f"{order.value_count:,} of {say_count(self._rows, 'row')}"
        evidence = f"{order.distinct:,} ids in {rows}, {each:.1f} rows each"
        sureness = Sureness.SURE if name_fit(order.name, "order") >= _GOOD else Sureness.LIKELY
        sureness = sureness if named_values else Sureness.UNSURE
        return _Choice(order, sureness, evidence), self._fulfillment(order, candidates)

    def _fulfillment(self, order: Column, candidates: Sequence[Column]) -> _Choice | None:
        others = [
            column
            for column in candidates
            if column is not order
            and column.name in self.free
            and name_fit(column.name, "fulfillment") >= 0.5
        ]
        others += [
            column
            for column in self._free_columns()
            if column not in others
            and name_fit(column.name, "fulfillment") >= _GOOD
            and not column.is_decimal
            and column.times is None
            and column.distinct > 1
        ]
        others = [column for column in others if not self._is_attribute(order, column)]
        if not others:
            return None
        best = max(others, key=lambda column: name_fit(column.name, "fulfillment"))
        self._take(best)
        parts = groups(order, best)
        several = sum(len(values) > 1 for values in parts.values())
        rows = f"{best.value_count:,} of {say_count(self._rows, 'row')}"
        evidence = f"{several:,} of {say_count(len(parts), 'order')} have several, in {rows}"
        return _Choice(best, Sureness.LIKELY, evidence)

    def _is_attribute(self, order: Column, column: Column) -> bool:
        """Whether it is a category, such as a way of delivery, and counts nothing."""
        return column.is_category and constant_share(order, column) >= NEARLY_ALL and not column.is_number

    def add_order(self, draft: MappingDraft, order: Column | None) -> None:
        """What is said of orders and their fulfillments. `order`: the column of the ids, in a table."""
        self.add_part(draft)
        self._add_values(draft, order)

    def add_part(self, draft: MappingDraft, *, is_own: bool = False) -> None:
        """Workflow and location, unless the draft has them. `is_own`: of attributes that only fulfillments
        have, of which none may be a workflow.
        """
        workflow_guess = draft.fulfillment.get("workflow")
        if workflow_guess is None or not workflow_guess.is_attribute:
            self._add_workflow(draft, is_own=is_own)
        if "location" not in draft.fulfillment and (location := self._category("location")) is not None:
            draft.fulfillment["location"] = _as_guess(location, is_attribute=True)

    def _add_workflow(self, draft: MappingDraft, *, is_own: bool) -> None:
        workflow = self._category("workflow")
        if workflow is not None and all(map(is_key, workflow.column.counts)):
            draft.fulfillment["workflow"] = _as_guess(workflow, is_attribute=True)
        elif not is_own:
            evidence = "nothing looks like a workflow: all orders are taken as one"
            if workflow is not None:
                evidence = f"{workflow.column.name} has values with spaces, which are no keys of workflows"
            draft.fulfillment["workflow"] = Guess(DEFAULT_WORKFLOW, Sureness.UNSURE, evidence)

    def _category(self, role: str) -> _Choice | None:
        """The column of a role that has few values, by its name."""
        return self._best_by_name(
            role, [c for c in self._free_columns() if c.is_category or role == "location"]
        )

    def _best_by_name(self, role: str, pool: Sequence[Column]) -> _Choice | None:
        fits = [(name_fit(column.name, role), column) for column in pool]
        fit, column = max(fits, key=lambda pair: pair[0], default=(0.0, None))
        if column is None or fit < 0.5:
            return None
        self._take(column)
        evidence = f"{_examples(column)} in {column.value_count:,} of {len(column.values):,} {self._noun}"
        return _Choice(column, Sureness.SURE if fit >= _GOOD else Sureness.LIKELY, evidence)

    def _add_values(self, draft: MappingDraft, order: Column | None) -> None:
        for role in ("channel", "mode", "region", "customer_tier"):
            if (choice := self._category(role)) is not None:
                draft.order[role] = _as_guess(choice, is_attribute=True)
        self._add_currency(draft)
        self._add_amounts(draft, order)
        moments = [column for column in self._free_columns() if column.times is not None]
        if (promise := self._best_by_name("promised_by", moments)) is not None:
            draft.order["promised_by"] = _as_guess(promise, is_attribute=True)
        for role in _ATTRIBUTES:
            if (choice := self._category(role)) is not None:
                draft.attributes[role] = _as_guess(choice, is_attribute=True)
        texts = [
            column
            for column in self._free_columns()
            if column.times is None and not column.is_decimal and column.distinct >= 0.5 * column.value_count
        ]
        if (document := self._best_by_name("document", texts)) is not None:
            draft.posting["document"] = _as_guess(document, is_attribute=True)

    def _add_currency(self, draft: MappingDraft) -> None:
        choice = self._best_by_name("currency", [c for c in self._free_columns() if c.is_currency])
        if choice is not None:
            draft.order["currency"] = draft.posting["currency"] = _as_guess(choice, is_attribute=True)
            return
        evidence = "nothing looks like a currency: XXX says that there is none"
        draft.order["currency"] = Guess(NO_CURRENCY, Sureness.UNSURE, evidence)

    def _add_amounts(self, draft: MappingDraft, order: Column | None) -> None:
        """The value is one for each order; the amount of postings is where it differs, or is not filled."""
        numbers = [column for column in self._free_columns() if column.is_number]
        fixed_columns = [c for c in numbers if order is None or constant_share(order, c) >= NEARLY_ALL]
        moving = [column for column in numbers if column not in fixed_columns]
        amount = self._best_by_name(
            "amount", [column for column in moving + fixed_columns if _is_partial(column)] + moving
        )
        value = self._best_by_name("value", [column for column in fixed_columns if column.name in self.free])
        if value is None and amount is None:
            value = self._best_by_name("value", moving)
        if value is not None:
            draft.order["value"] = _as_guess(value, is_attribute=True)
        if amount is not None:
            draft.posting["amount"] = _as_guess(amount, is_attribute=True)

    def _add_formats(self, draft: MappingDraft, time: Column, order: Column) -> None:
        times = time.times
        assert times is not None
        if times.format is not None:
            draft.whole["time_format"] = _format_guess(time, order, times.format, times.rival)
        if not times.has_zone:
            draft.whole["zone"] = Guess("UTC", Sureness.UNSURE, "moments say no zone")
        amounts = [draft.order.get("value"), draft.posting.get("amount")]
        columns = [self._columns[guess.value] for guess in amounts if guess is not None]
        with_comma = [column for column in columns if column.has_comma]
        if with_comma:
            evidence = f"amounts such as {next(iter(with_comma[0].counts))} in {with_comma[0].name}"
            draft.whole["decimal"] = Guess(",", Sureness.SURE, evidence)


_OWNERS = 6
"""Columns that an unnamed activity is held against."""
_ID_ACTIVITIES = 1.3
"""Different activities that the rows of one order have, on average, at least."""


def _activities_each(column: Column, activity: Column) -> float:
    column_groups = groups(column, activity)
    return sum(map(len, column_groups.values())) / max(1, len(column_groups))


def _coarsest(columns: Sequence[Column]) -> Column:
    """Of ids, the one that each of the others belongs to; else that with most values."""
    for column in columns:
        if all(other is column or constant_share(other, column) >= NEARLY_ALL for other in columns):
            return column
    return columns[-1]


def _is_partial(column: Column) -> bool:
    return column.value_count < NEARLY_ALL * len(column.values)


def _add_fulfillment_id(draft: MappingDraft, order: Column, fulfillment: _Choice) -> None:
    draft.fulfillment["type"] = _as_guess(fulfillment)
    shared_part = 1 - constant_share(fulfillment.column, order)
    if shared_part > 1 - NEARLY_ALL:
        evidence = (
            f"{percent(shared_part)} of its ids are those of several orders: they count within an order"
        )
        draft.fulfillment["id"] = Guess("{order}/{fulfillment}", Sureness.LIKELY, evidence)


def _format_guess(time: Column, order: Column, format_: str, rival: str | None) -> Guess:
    """Where two formats fit, that by which the rows of an order lie closer together."""
    evidence = f"fits {say_count(time.value_count, 'value')} of {time.name}"
    if rival is None:
        return Guess(format_, Sureness.SURE, evidence)
    gap, rival_gap = (usual_gap(order.values, time.values, each) for each in (format_, rival))
    if rival_gap < gap:
        format_, rival, gap, rival_gap = rival, format_, rival_gap, gap
    usual, else_ = say_duration(round(gap * SECOND)), say_duration(round(rival_gap * SECOND))
    evidence += f"; so does {rival}; from row to row of an order it is {usual}, else {else_}"
    return Guess(format_, Sureness.LIKELY if gap < 0.5 * rival_gap else Sureness.UNSURE, evidence)


def _examples(column: Column) -> str:
    shown_text = ", ".join(value for value, _ in column.counts.most_common(3))
    return (
        shown_text if column.distinct <= 3 else f"{say_count(column.distinct, 'value')} such as {shown_text}"
    )


def _as_guess(choice: _Choice, *, is_attribute: bool = False) -> Guess:
    return Guess(choice.column.name, choice.sureness, choice.evidence, is_attribute)
