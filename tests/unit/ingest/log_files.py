"""Logs in files, and the events that a mapping of version 2 makes of them."""

import json
from pathlib import Path
from typing import Any

from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import parse_mapping


def written(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def events(path: Path, mapping: str) -> list[dict[str, Any]]:
    log = open_log(str(path), parse_mapping(mapping))
    found = [json.loads(line) for block in log.blocks() for line in block.lines]
    assert log.findings() == []
    return found
