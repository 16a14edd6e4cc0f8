"""How fast files are ingested, and in how much memory: NDJSON, CSV and OCEL by a mapping of version 2.

    python -m tests.benchmarks.ingest_files --orders 18000
    python -m tests.benchmarks.ingest_files --orders 90000 --kinds csv --dry-run

Each kind in a process of its own, into a new store. Prints elapsed time, processor time of all processes, and
the peak of resident memory of each (of the process that reads at least that of the other at its start). An
order has about twelve events; a dry run reads into a copy.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter, process_time

from impactgraph.bootstrap import suit_process
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.ingest_files import FileIngest
from tests.benchmarks.million import NOW, SEED
from tests.event_logs import CSV_MAPPING, OCEL_MAPPING, csv_of, ocel_of

_PART = 50_000
"""Events that are written as CSV at once."""
_PEAK = re.compile(r"VmHWM:\s+(\d+)")
_KINDS = ("ndjson", "csv", "ocel")


def _events(orders: int) -> list[bytes]:
    return [line for block in generate(orders, NOW, SEED).events for line in block.splitlines()]


def _write(folder: Path, orders: int, kind: str) -> None:
    events = _events(orders)
    if kind == "ndjson":
        (folder / "log.ndjson").write_bytes(b"\n".join(events))
    elif kind == "csv":
        (folder / "mapping.yaml").write_text(CSV_MAPPING)
        with (folder / "log.csv").open("w") as file:
            for start in range(0, len(events), _PART):
                text = csv_of(events[start : start + _PART])
                file.write(text if start == 0 else text.partition("\n")[2])
    else:
        (folder / "mapping.yaml").write_text(OCEL_MAPPING)
        (folder / "log.json").write_text(ocel_of(events))


def _ingest(folder: Path, *, dry_run: bool) -> None:
    """Ingests the file of a folder, and prints what that took."""
    suit_process()
    documents = generate(10, NOW, SEED).documents
    store = EmbeddedStore.open(folder / "store", now=lambda: NOW)
    store.apply_topology(parse_topology(documents), documents, NOW - 10 * 86_400_000)
    (log,) = folder.glob("log.*")
    mapping = folder / "mapping.yaml"
    start, used = perf_counter(), process_time()
    with store.copy() if dry_run else nullcontext(store) as target:
        run = FileIngest(target, [str(log)], mapping if mapping.exists() else None, now=NOW)
        count = sum(block.intake.accepted_count for block in run.run())
    seconds, own = perf_counter() - start, process_time() - used
    other = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = own + other.ru_utime + other.ru_stime
    note = ", dry run" if dry_run else ""
    peaks = [int(_PEAK.findall(Path("/proc/self/status").read_text())[0]) // 1024, other.ru_maxrss // 1024]
    sys.stdout.write(
        f"{log.name}, {log.stat().st_size / 1e6:,.0f} MB{note}: {count:,} events in "
        f"{seconds:.1f} s, {count / seconds:,.0f} a second; processor {processor:.1f} s, {own:.1f} s of "
        f"them where they are stored; memory {peaks[0]:,} MiB, of the process that reads {peaks[1]:,} MiB\n"
    )
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=18_000)
    parser.add_argument("--kinds", nargs="+", choices=_KINDS, default=_KINDS)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--folder", type=Path, help="of a log that was written before: for the processes")
    asked = parser.parse_args()
    if asked.folder is not None:
        _ingest(asked.folder, dry_run=asked.dry_run)
        return
    for kind in asked.kinds:
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), asked.orders, kind)
            command = [sys.executable, "-m", "tests.benchmarks.ingest_files", "--folder", folder]
            subprocess.run([*command, *(["--dry-run"] if asked.dry_run else [])], check=True)


if __name__ == "__main__":
    main()
