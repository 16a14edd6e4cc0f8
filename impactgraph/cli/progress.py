"""A progress bar on standard error, where that is a terminal."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str, total: int | None) -> Generator[Callable[[int, str], None]]:
    """Yields a function that sets the progress (units completed, note); without a terminal it does nothing.

    `total` is in the same units; None: unknown.
    """
    if not sys.stderr.isatty():
        yield lambda units, note: None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from impactgraph.cli.output import console

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(error=True), transient=True) as progress:
        task = progress.add_task(title, total=total, note="")
        yield lambda units, note: progress.update(task, completed=units, note=note)
