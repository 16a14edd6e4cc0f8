"""Standard output: its encoding, and what it does with letters that it cannot encode."""

import io
import os
import sys


def prepare_output() -> None:
    """Makes standard output accept every text: letters that it cannot encode are replaced.

    A closed standard stream becomes one that discards.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for the whole process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def prepare_for_data() -> None:
    """Makes standard output UTF-8, as JSON and CSV are, whatever the encoding of the terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")
