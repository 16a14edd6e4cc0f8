"""Up to which value of a rising column no row can appear any more.

A row gets its value before its transaction commits, so that rows appear out of order: a value that is seen
says nothing of lower ones whose transactions are still open. One look finds the newest value. The next one,
at least the unit of the column later, such as a second, notes all transactions that are open. When each of
these has ended, every row up to that value is visible to a query that begins then.
"""


class Settlement:
    """One value at a time: from the look that finds it until its rows are read."""

    def __init__(self) -> None:
        self.candidate: str | None = None
        """The newest value that was seen; None where there is none."""
        self.settled: str | None = None
        """The value up to which rows can be read; None where none is known."""
        self.looks = 0
        """At open transactions, for the present candidate."""
        self._waiting_for: frozenset[str] | None = None

    @property
    def waiting_for(self) -> frozenset[str]:
        """Transactions that were open and have to end first."""
        return self._waiting_for or frozenset()

    def look(self, newest: str | None, open_now: frozenset[str]) -> None:
        """`newest`: the greatest value after the position, of rows that are visible; `open_now`: transactions
        that were open when it was asked for, or before.
        """
        if self.candidate is None:
            self.candidate = newest
            return
        self.looks += 1
        self._waiting_for = open_now if self._waiting_for is None else self._waiting_for & open_now
        if not self._waiting_for:
            self.settled = self.candidate

    def start_over(self) -> None:
        """The rows up to the settled value are read."""
        self.candidate = self.settled = self._waiting_for = None
        self.looks = 0
