"""The columns on disk, so that opening a store need not fold its record: one file an array, mapped into memory when they are opened again.

A pointer file names the folder of the last complete snapshot; it is replaced when all of the next one is on disk. A snapshot is only ever a
short cut: where it is not there, not whole or of another record, the state is folded from the events.
"""

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Dictionary
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.instances import TEXT, Grown, Instances
from impactgraph.stores.state.states import Stays

_POINTER = "columns.json"
_FORMAT = 3
_TEXTS_A_PART = 100_000


class Meta(msgspec.Struct, kw_only=True):
    """What a snapshot is of."""

    identity: str
    """Of the record."""
    topology: str
    """Key of the version by which events were read."""
    watermark: int
    latest: int
    """Greatest time of an event of an order."""
    format: int = _FORMAT
    folder: str = ""
    words: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    """Every list of the lexicon; attributes as `attribute:NAME`."""


def save(folder: Path, instances: Instances, meta: Meta) -> None:
    """On disk when it returns; the snapshot before it is gone then. Raises OSError."""
    meta.folder = f"columns-{meta.watermark}-{secrets.token_hex(4)}"
    lexicon = instances.lexicon
    meta.words = dict(lexicon.lists()) | {
        f"attribute:{name}": words.values for name, words in lexicon.dictionaries.attributes.items()
    }
    target = folder / meta.folder
    target.mkdir()
    for part, grown in _parts(instances).items():
        for name in grown.names():
            _write(target, f"{part}.{name}", grown[name])
    stays = Stays.joined(list(instances.stays.values())) if instances.stays else Stays.none()
    for name in Stays.__dataclass_fields__:
        _write(target, f"stays.{name}", getattr(stays, name))
    _put(folder / f"{_POINTER}.new", msgspec.json.encode(meta))
    os.replace(folder / f"{_POINTER}.new", folder / _POINTER)
    _remove_others(folder, meta.folder)


def read_meta(folder: Path) -> Meta | None:
    """What the last snapshot is of; None where there is none that can be read."""
    try:
        meta = msgspec.json.decode((folder / _POINTER).read_bytes(), type=Meta)
    except (OSError, msgspec.DecodeError):
        return None
    return meta if meta.format == _FORMAT and (folder / meta.folder).is_dir() else None


def load(folder: Path, meta: Meta, lexicon: EventDictionaries, width: int) -> Instances | None:
    """None where a file is missing or not what it should be. `lexicon` is the record's; it gets the attributes' words."""
    source = folder / meta.folder
    if any(list(words) != meta.words.get(domain, [])[: len(words)] for domain, words in lexicon.lists()):
        return None
    instances = Instances(lexicon, width)
    try:
        for part, grown in _parts(instances).items():
            prefix = f"{part}."
            names = [path.name.removeprefix(prefix).rpartition(".")[0] for path in source.glob(f"{prefix}*")]
            if not names:
                return None
            grown.adopt({name: _read(source, f"{part}.{name}") for name in names})
        stays = Stays(*(_read(source, f"stays.{name}") for name in Stays.__dataclass_fields__))
    except (OSError, ValueError, msgspec.DecodeError):
        return None
    for domain, words in meta.words.items():
        if domain.startswith("attribute:"):
            lexicon.dictionaries.attributes[domain.removeprefix("attribute:")] = Dictionary(words)
    instances.fulfillments.widen(width)
    instances.restore(stays)
    return instances


def _parts(instances: Instances) -> dict[str, Grown]:
    return {
        "orders": instances.orders,
        "fulfillments": instances.fulfillments,
        "errors": instances.errors,
        "records": instances.records,
    }


def _write(folder: Path, name: str, array: NDArray[Any]) -> None:
    if array.dtype == TEXT:
        _write_texts(folder / f"{name}.text", array)
        return
    with (folder / f"{name}.npy").open("wb") as file:
        np.save(file, np.asfortranarray(array))  # as it is in memory: a column of a matrix in one piece
        file.flush()
        os.fsync(file.fileno())


def _read(folder: Path, name: str) -> NDArray[Any]:
    """Arrays are mapped: read when they are touched, and written to in memory only."""
    text = folder / f"{name}.text"
    if text.exists():
        return _read_texts(text)
    path = folder / f"{name}.npy"
    mapped: NDArray[Any] = np.load(path, mmap_mode="c")
    return np.asarray(mapped)


def _write_texts(path: Path, texts: NDArray[Any]) -> None:
    """In parts, each after its length: a million texts at once would cost as objects what they cost as an array many times over."""
    with path.open("wb") as file:
        for start in range(0, len(texts), _TEXTS_A_PART):
            part = msgspec.msgpack.encode(texts[start : start + _TEXTS_A_PART].tolist())
            file.write(len(part).to_bytes(8, "little") + part)
        file.flush()
        os.fsync(file.fileno())


def _read_texts(path: Path) -> NDArray[Any]:
    parts: list[NDArray[Any]] = [np.zeros(0, TEXT)]
    with path.open("rb") as file:
        while size := file.read(8):
            parts.append(
                np.array(
                    msgspec.msgpack.decode(file.read(int.from_bytes(size, "little")), type=list[str]), TEXT
                )
            )
    return np.concatenate(parts)


def _put(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove_others(folder: Path, keep: str) -> None:
    for other in folder.glob("columns-*"):
        if other.is_dir() and other.name != keep:
            shutil.rmtree(other, ignore_errors=True)
