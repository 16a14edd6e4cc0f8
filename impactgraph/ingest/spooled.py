"""Standard input and pipes as files: a log that a mapping reads is read twice, and a pipe only once."""

import os
import shutil
import stat
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.blocks import Block
from impactgraph.ingest.files import STANDARD_INPUT, unreadable
from impactgraph.ingest.text_files import open_unpacked

_NAME = "standard input"


def is_pipe(path: str) -> bool:
    """Whether a path can be read only once."""
    return path == STANDARD_INPUT or (os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode))


def shown_name(path: str) -> str:
    return _NAME if path == STANDARD_INPUT else path


@contextmanager
def spooled(paths: Sequence[str]) -> Generator[dict[str, str]]:
    """The file that stands for each path: the path itself, or a copy of what the pipe has, as long as the
    context is open. Raises BadInputError.
    """
    with TemporaryDirectory(prefix="impactgraph-") as folder:
        yield {
            path: _copy(path, Path(folder) / str(number)) if is_pipe(path) else path
            for number, path in enumerate(paths)
        }


def _copy(path: str, target: Path) -> str:
    try:
        with target.open("wb") as file:
            if path == STANDARD_INPUT:
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                with open(path, "rb") as pipe:
                    shutil.copyfileobj(pipe, file)
    except OSError as error:
        raise unreadable(shown_name(path), error) from error
    if not _is_json(target):
        return str(target.rename(target.with_suffix(".csv")))
    return str(target)


def _is_json(path: Path) -> bool:
    """Whether the copy begins as JSON does: what is neither JSON nor another log that shows is CSV."""
    try:
        with open_unpacked(path) as (head, _):
            return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))
    except (OSError, EOFError):
        return False


def renamed(block: Block, copy: str, name: str) -> Block:
    """The block with the name of the pipe in its places."""

    def named(place: str) -> str:
        return name + place[len(copy) :] if place.startswith(copy) else place

    block.places = [named(place) for place in block.places]
    block.passed = [replace(each, place=named(each.place)) for each in block.passed]
    block.missing = [(object_, named(place)) for object_, place in block.missing]
    block.notes = [(sentence, named(place)) for sentence, place in block.notes]
    return block


def renamed_error(error: BadInputError, copy: str, name: str) -> BadInputError:
    """The error with the name of the pipe."""
    return BadInputError(
        *(
            Problem(each.message.replace(copy, name), name if each.file == copy else each.file, each.line)
            for each in error.problems
        )
    )
