"""Standard output: its encoding, and what it does with letters that it cannot encode."""

import io
import os
import sys
from typing import Any, cast


def prepare_output() -> None:
    """Makes standard output accept every text: letters that it cannot encode are replaced.

    A closed standard stream becomes one that discards.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the whole process
            setattr(sys, name, nowhere)
    _reconfigure(errors="replace")


def prepare_for_data() -> None:
    """Makes standard output UTF-8, as JSON and CSV are, whatever the encoding of the terminal."""
    _reconfigure(encoding="utf-8", errors="replace", newline="")


def _reconfigure(**options: str) -> None:
    """Changes standard output; one that is not a stream of text over bytes takes every text."""
    stream: object = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        cast("Any", stream).reconfigure(**options)
