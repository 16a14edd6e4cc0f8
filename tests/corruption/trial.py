"""What a damaged store says when a process opens it, asks everything, and writes."""

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from impactgraph.errors import StoreUnavailableError
from tests.corruption.clean_child import in_clean_child
from tests.corruption.damage import Damage
from tests.corruption.sample import answers, open_sample, sample_events

HARMLESS, REFUSED = "harmless", "refused"
WHAT_TO_DO = "Restore the folder from a backup"


def in_child(work: Callable[[], str]) -> str:
    """What `work` returns in a fork of this process, which has no open stores, or how that ended."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        try:
            text = work()
        except BaseException:  # noqa: BLE001 - every one is a finding
            text = traceback.format_exc()
        os.write(writing, text.encode()[-60_000:])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read().decode(errors="replace")
    _, status = os.waitpid(process, 0)
    return text if status == 0 and text else f"ended with status {status}: {text}"


def outcome(damage: Damage, folder: Path, expected: dict[str, Any]) -> str:
    """`harmless`, `refused: ...`, or what is wrong."""
    damage.apply(folder)
    return in_clean_child(_ask, folder, expected)


def _ask(folder: Path, expected: dict[str, Any]) -> str:
    try:
        store = open_sample(folder)
        found = answers(store)
        again = store.ingest(sample_events())
        store.close()
    except StoreUnavailableError as error:
        return f"{REFUSED if WHAT_TO_DO in str(error) else 'REFUSED WITHOUT ADVICE'}: {error}"
    wrong = [name for name in expected if found[name] != expected[name]]
    if wrong or again.accepted_count:
        return f"WRONG: {', '.join(wrong)}; {again.accepted_count} events were lost"
    return HARMLESS
