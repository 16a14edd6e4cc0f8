"""Snapshots: the state on disk, so that opening a store need not fold its record.

One file an array, mapped into memory when it is opened again. A pointer file names the folder of the last
complete snapshot; it is replaced when all of the next one is on disk. Every file is read once to compare its
checksum before it is used. A snapshot is only ever a shortcut: where it is missing, damaged, of an earlier
format or of another record, the state is folded from the events.
"""

import io
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from impactgraph.columns import Dictionary
from impactgraph.columns.declare import TEXT
from impactgraph.stores.state.checked_files import (
    Buffer,
    ChecksumError,
    check_sums,
    sync_folder,
    write_file,
)
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.growing_table import GrowingTable
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import VisitRows

_POINTER = "columns.json"
_FORMAT = 6
"""Raise it when a column keeps its name and type but changes its meaning; other changes are noticed by
themselves.
"""
_TEXTS_PER_PART = 100_000
_VISITS = "irregular_visits"

_log = structlog.get_logger("impactgraph.stores")


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
    """Values of every dictionary by its domain; of attributes, by `attribute:NAME`."""
    sums: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """CRC-32 of each file by its name."""
    own_sum: int = 0
    """CRC-32 of this text with 0 in this place."""


class _SnapshotError(Exception):
    """A snapshot does not hold what it should."""


def save(folder: Path, instances: Instances, meta: Meta) -> None:
    """Writes a snapshot and removes the one before; on disk when it returns. Raises OSError."""
    meta.folder = f"columns-{meta.watermark}-{secrets.token_hex(4)}"
    dictionaries = instances.dictionaries
    meta.words = dict(dictionaries.word_lists()) | {
        f"attribute:{name}": entries.values for name, entries in dictionaries.attributes.items()
    }
    target = folder / meta.folder
    try:
        target.mkdir()
        meta.sums = dict(_write(target, name, array) for name, array in _arrays(instances))
        sync_folder(target)
        meta.own_sum = own_sum(meta)
        write_file(folder / f"{_POINTER}.new", [msgspec.json.encode(meta)])
        os.replace(folder / f"{_POINTER}.new", folder / _POINTER)
        sync_folder(folder)
    except OSError:
        with suppress(OSError):
            (folder / f"{_POINTER}.new").unlink(missing_ok=True)
        if not _is_pointed_to(folder, meta.folder):
            shutil.rmtree(target, ignore_errors=True)
        raise
    _remove_others(folder, meta.folder)


def _arrays(instances: Instances) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array of the state, with its name."""
    for part, growing in _tables(instances).items():
        yield from ((f"{part}.{name}", growing[name]) for name in growing.names())
    irregular_visits = instances.all_irregular_visits()
    for each in VisitRows.columns():
        yield f"{_VISITS}.{each.name}", getattr(irregular_visits, each.name)


def _is_pointed_to(folder: Path, name: str) -> bool:
    meta = read_meta(folder)
    return meta is not None and meta.folder == name


def own_sum(meta: Meta) -> int:
    """The checksum that the pointer file should have."""
    return zlib.crc32(msgspec.json.encode(msgspec.structs.replace(meta, own_sum=0)))


def copy_snapshot(folder: Path, target: Path) -> None:
    """Copies the last snapshot, where there is one, into another folder."""
    meta = read_meta(folder)
    if meta is not None:
        shutil.copytree(folder / meta.folder, target / meta.folder)
        shutil.copy(folder / _POINTER, target / _POINTER)


def drop_snapshot(folder: Path) -> None:
    """Removes the last snapshot, and what interrupted ones left."""
    (folder / _POINTER).unlink(missing_ok=True)
    (folder / f"{_POINTER}.new").unlink(missing_ok=True)
    _remove_others(folder, "")


def read_meta(folder: Path) -> Meta | None:
    """What the last snapshot is of; None where there is none that can be read."""
    try:
        meta = msgspec.json.decode((folder / _POINTER).read_bytes(), type=Meta)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        _log_rebuild(folder, str(error))
        return None
    if meta.format != _FORMAT:
        _log_rebuild(folder, f"it has format {meta.format}, this version reads {_FORMAT}")
        return None
    if meta.own_sum != own_sum(meta):
        _log_rebuild(folder, f"the checksum of {_POINTER} is wrong")
        return None
    if not (folder / meta.folder).is_dir():
        _log_rebuild(folder, f"its folder {meta.folder} is missing")
        return None
    return meta


def load(folder: Path, meta: Meta, dictionaries: EventDictionaries, width: int) -> Instances | None:
    """The state of a snapshot; None where it is not whole or not of this version's columns.

    `dictionaries` are the record's; those of attributes are added to them.
    """
    instances = Instances(dictionaries, width)
    try:
        _check_words(meta, dictionaries)
        check_sums(folder / meta.folder, meta.sums)
        for part, growing in _tables(instances).items():
            growing.adopt(_read_table(folder / meta.folder, part))
        visit_arrays = _read_table(folder / meta.folder, _VISITS)
        irregular_visits = VisitRows.from_arrays([visit_arrays[each.name] for each in VisitRows.columns()])
    except (OSError, ValueError, KeyError, msgspec.DecodeError, ChecksumError, _SnapshotError) as error:
        _log_rebuild(folder, str(error))
        return None
    for domain, values in meta.words.items():
        if domain.startswith("attribute:"):
            dictionaries.adopt_attribute(domain.removeprefix("attribute:"), Dictionary(values))
    instances.fulfillments.widen(width)
    instances.restore(irregular_visits)
    return instances


def _log_rebuild(folder: Path, reason: str) -> None:
    _log.warning(
        "The snapshot cannot be used: the state is rebuilt from the record", store=str(folder), reason=reason
    )


def _check_words(meta: Meta, dictionaries: EventDictionaries) -> None:
    """Words that came after the snapshot follow its own. Raises _SnapshotError."""
    for domain, values in dictionaries.word_lists():
        own = meta.words.get(domain, [])
        common = min(len(values), len(own))
        if values[:common] != own[:common]:
            raise _SnapshotError(f"its dictionary of {domain} is not that of the record")


def _tables(instances: Instances) -> dict[str, GrowingTable[Any]]:
    return {
        "orders": instances.orders,
        "fulfillments": instances.fulfillments,
        "errors": instances.errors,
        "records": instances.records,
    }


def _read_table(source: Path, part: str) -> dict[str, NDArray[Any]]:
    prefix = f"{part}."
    names = [path.name.removeprefix(prefix).rpartition(".")[0] for path in source.glob(f"{prefix}*")]
    return {name: _read(source, f"{part}.{name}") for name in names}


def _write(folder: Path, name: str, array: NDArray[Any]) -> tuple[str, int]:
    """Name and checksum of the file that the array is written to."""
    if array.dtype == TEXT:
        path, content = folder / f"{name}.text", _text_parts(array)
    else:
        path, content = folder / f"{name}.npy", _array_parts(array)
    return path.name, write_file(path, content)


def _array_parts(array: NDArray[Any]) -> Iterator[Buffer]:
    """NumPy's format, in the order that the array has in memory: each column of a matrix is contiguous."""
    array = np.asfortranarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    yield header.getvalue()
    yield array.ravel(order="K").view(np.uint8).data


def _read(folder: Path, name: str) -> NDArray[Any]:
    """Arrays are mapped: read when they are accessed, and written to in memory only."""
    text = folder / f"{name}.text"
    if text.exists():
        return _read_texts(text)
    array: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="c")
    return np.asarray(array)


def _text_parts(texts: NDArray[Any]) -> Iterator[Buffer]:
    """In parts, each after its length: as objects, texts take many times the memory of the array."""
    for start in range(0, len(texts), _TEXTS_PER_PART):
        part = msgspec.msgpack.encode(texts[start : start + _TEXTS_PER_PART].tolist())
        yield len(part).to_bytes(8, "little") + part


def _read_texts(path: Path) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, TEXT), *(np.array(part, TEXT) for part in _read_parts(path))])


def texts_of(path: Path) -> Iterator[str]:
    """The texts of one file of a snapshot."""
    for part in _read_parts(path):
        yield from part


def _read_parts(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as file:
        while size := file.read(8):
            content = file.read(int.from_bytes(size, "little"))
            yield msgspec.msgpack.decode(content, type=list[str])


def _remove_others(folder: Path, keep: str) -> None:
    for other in folder.glob("columns-*"):
        if other.is_dir() and other.name != keep:
            shutil.rmtree(other, ignore_errors=True)
