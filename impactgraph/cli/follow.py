"""`impactgraph follow`: one live source, without a server."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from impactgraph.ports.sources import SourceProgress

Key = Annotated[str, Parameter(help="Key of the source in the file.", show_default=False)]
Sources = Annotated[
    Path | None,
    Parameter(help="File of the live sources [default: IMPACTGRAPH_SOURCES].", env_var="IMPACTGRAPH_SOURCES"),
]
Once = Annotated[bool, Parameter(help="Ends when everything that is there has been ingested.", negative=())]


def follow(source: Key, /, *, sources: Sources = None, once: Once = False, common: Common = COMMON) -> None:
    """Follows a source until interrupted."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answers.targets import check_store
    from impactgraph.cli.logs import configure_logs
    from impactgraph.cli.recording import StoreRecording
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.sources import load_file
    from impactgraph.cli.stores import open_or_create
    from impactgraph.cli.tracing import traces
    from impactgraph.ports.sources import SourceProgress
    from impactgraph.sources.live_sources import chosen_source, follower

    config = chosen_source(load_file(sources), source)
    check_store("follow", common)
    configure_logs(read_settings())
    stop = threading.Event()
    _stop_at_signals(stop)
    recording = StoreRecording(common.store)
    with (
        traces(),
        open_or_create(common.store) as store,
        recording.change("follow", {"source": source}) as change,
    ):
        live_sources = follower(config, store, stop, now=system_clock)
        before = store.source_progress().get(source, SourceProgress())
        live_sources.run(stop, until_caught_up=once)
        counts = _counts(before, store.source_progress().get(source, SourceProgress()))
        change.arguments |= counts
        _print_progress(source, counts)


def _stop_at_signals(stop: threading.Event) -> None:
    """SIGINT and SIGTERM end it after the present block."""

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _counts(before: "SourceProgress", after: "SourceProgress") -> dict[str, int]:
    names = ("taken", "repeated", "quarantined", "passed")
    return {name: getattr(after, name) - getattr(before, name) for name in names}


def _print_progress(source: str, counts: dict[str, int]) -> None:
    from impactgraph.cli.output import console

    texts = {"taken": "accepted", "repeated": "duplicates", "passed": "passed over"}
    parts = ", ".join(f"{number:,} {texts.get(name, name)}" for name, number in counts.items())
    console(error=True).print(f"{source}: {parts}.")
