"""Work in a new process, where no thread of a store of this one was in the middle of something: a fork of a
process with open stores may crash.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import structlog

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.corruption.sample"])


def in_clean_child(work: Callable[..., str], *arguments: Any) -> str:
    """What `work` returns, or how its process ended. It is killed as it returns: stores stay unclosed."""
    reading, writing = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_work, args=(writing, work, arguments))
    process.start()
    writing.close()
    try:
        text: str = reading.recv()
    except EOFError:
        text = ""
    process.join()
    return text if process.exitcode == 0 and text else f"ended with status {process.exitcode}: {text}"


def _work(writing: Connection, work: Callable[..., str], arguments: tuple[Any, ...]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    try:
        text = work(*arguments)
    except BaseException:  # noqa: BLE001 - every one is a finding
        text = traceback.format_exc()
    writing.send(text)
    os._exit(0)
