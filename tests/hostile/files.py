"""Files of all kinds that the product reads, right ones with hostile values, bytes and structures in them."""

import gzip
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from api.hardening.operations import read_operations
from impactgraph.access.format import load_access
from impactgraph.alerts.rules_format import load_rules as load_alert_rules
from impactgraph.errors import ImpactGraphError
from impactgraph.ingest.list_files import ListLayout, read_list
from impactgraph.ingest.mapping_files import load_mapping, presets
from impactgraph.messages.read_catalogues import catalogues_in
from impactgraph.notices.format import load_rules as load_notice_rules
from impactgraph.ports.store import Store
from impactgraph.sources.format import load_sources
from impactgraph.usecases.apply_topology import apply_path
from impactgraph.usecases.discover import discover
from impactgraph.usecases.ingest_files import FileIngest
from tests.event_logs import (
    CSV_MAPPING,
    JSON_MAPPING,
    OCEL_MAPPING,
    csv_of,
    ocel_of,
)
from tests.functional.http.shop import NOW, TOPOLOGY, orders
from tests.hostile.events import events
from tests.hostile.logs import IDOC, OCEL_STEPS, OCEL_XML, XES, XES_MAPPING, ocel_sqlite
from tests.hostile.spoiling import spoil
from tests.hostile.values import TEXT, broken, encoded

_SOURCES = """
sources:
  bus: {kind: kafka, brokers: [localhost:9092], topics: [orders], mapping: preset:shopify}
  shop: {kind: webhook, header: X-Token, secrets: [{env: SHOP}], check: secret, mapping: preset:shopify}
  table: {kind: postgres, connection: "postgresql://reader@db/shop", query: select 1, rising: id}
  files: {kind: folder, path: in, files: "*.csv", done: done}
  am: {kind: alerts, sender: alertmanager, check: token, secrets: [{env: AM}]}
"""
_NOTICES = """
channels:
  team: {kind: webhook, url: "https://desk.example.com/incidents", secret: {env: DESK_SECRET}}
rules:
  night:
    when: {rank: 3}
    to: [team]
    after: 15m
"""
_ALERTS = "rules:\n  - {match: {labels: {service: oms}}, element: 'system:{service}', class: outage}\n"
_ACCESS = """
version: 1
metrics: open
personal: {customer-email: {keep: hash}}
limits: {viewer: {requests: 10, points: 1000}}
oidc:
  - issuer: https://login.example.com/realms/shop
    audience: impactgraph
    roles: {claim: groups, values: {oncall: responder}}
"""
_MESSAGES = (
    "language: de\nbrand: Shop\nkinds: {delayed_no_date: {normal: 'Ihre Bestellung {order} kommt später.'}}\n"
)
_LIST = "id;status;total;currency\nO-0001;open;10,00;EUR\nO-0002;closed;12,50;EUR\n"

YAML: Mapping[str, str] = {
    "sources.yaml": _SOURCES,
    "notices.yaml": _NOTICES,
    "alerts.yaml": _ALERTS,
    "access.yaml": _ACCESS,
    "messages.yaml": _MESSAGES,
    "mapping.yaml": CSV_MAPPING,
    "ocel-mapping.yaml": OCEL_MAPPING,
    "steps.yaml": OCEL_STEPS,
    "topology.yaml": TOPOLOGY.read_text(),
}
YAML_ATTACKS = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "a: &a {b: *a}",
    "!!python/object/apply:os.system ['echo']",
    "rules: !!python/name:os.system",
    "version: !!int x",
    "version: !!binary 'AAAA'",
    "x: " + "[" * 20_000,
    "x: " + '[{"a": ' * 100_000,
    "x: " + "{a: " * 3_000,
    "- " * 20_000,
    "? " * 5_000,
    "a: 1\na: 2",
    "<<: *x",
    "%YAML 9.9\n---\na",
    "--- a\n--- b",
    "\x00",
    "\ufeff\ufeff",
    "a: \ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "version: 1e400",
    "version: .inf",
    "version: " + "9" * 10_000,
    '"\\ud800": 1',
    "a: '" + "x" * 1_000_000,
)
XML_ATTACKS = (
    b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (b, *[a] * 8)
        for a, b in zip(b"abcdefgh", b"bcdefghi", strict=True)
    )
    + b"]><log>&i;</log>",
    b'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>',
    b'<!DOCTYPE log SYSTEM "http://127.0.0.1:1/x.dtd"><log/>',
    b"<log>" * 50_000,
    b"<log " + b'a="' + b"x" * 500_000,
    b"<?xml version='1.0' encoding='utf-7'?><log/>",
    b"<?xml version='1.0' encoding='nope'?><log/>",
    b"<log>\x00</log>",
    b"<log>&#0;&#xD800;</log>",
    "<?xml version='1.0' encoding='utf-16'?><log/>".encode("utf-16"),
)

MOST_SECONDS = 10.0
"""Of the processor, for a file: a hostile one takes no longer than right ones of its size."""


@dataclass(frozen=True)
class HostileFile:
    """A file, and what reads it."""

    kind: str
    name: str
    content: bytes
    mapping: str = ""
    """Of a log; empty: events."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.mapping[:60]!r} {self.content[:1500]!r}"


def _spoiled_yaml(draw: st.DrawFn, text: str) -> bytes:
    """The document with hostile values, written anew."""
    document: Any = yaml.load(text, yaml.BaseLoader)  # every scalar is text, as in the file
    for _ in range(draw(st.integers(1, 3))):
        spoil(draw, document)
    written = encoded(document)  # JSON is YAML
    return written


@st.composite
def _configurations(draw: st.DrawFn) -> HostileFile:
    name = draw(st.sampled_from([*YAML]))
    text = YAML[name]
    how = draw(st.integers(0, 9))
    if how < 5 and len(text) < 20_000:
        content = _spoiled_yaml(draw, text)
    elif how < 8:
        content = draw(broken(text.encode()))
    else:
        content = draw(st.sampled_from(YAML_ATTACKS)).encode()
        content = text.encode() + b"\n" + content if draw(st.booleans()) else content
    return HostileFile(name, name, content)


@st.composite
def _logs(draw: st.DrawFn) -> HostileFile:
    """Logs of every kind with hostile values in their cells, fields and structure."""
    kind = draw(st.sampled_from(("events", "csv", "ocel", "json", "xml", "xes", "idoc", "sqlite", "list")))
    mapping, name = "", "log.jsonl"
    match kind:
        case "events":
            content = b"\n".join(map(encoded, draw(st.lists(events(), min_size=1, max_size=4))))
        case "csv":
            lines = csv_of(_EVENTS).splitlines()
            row = draw(st.integers(0, len(lines) - 1))
            cells = lines[row].split(",")
            cells[draw(st.integers(0, len(cells) - 1))] = draw(TEXT)
            lines[row] = ",".join(cells)
            name, content, mapping = "log.csv", "\n".join(lines).encode("utf-8", "replace"), CSV_MAPPING
        case "ocel":
            document = yaml.load(ocel_of(_EVENTS), yaml.CSafeLoader)
            for _ in range(draw(st.integers(1, 3))):
                spoil(draw, document)
            name, content, mapping = "log.jsonocel", encoded(document), OCEL_MAPPING
        case "json":
            content = b"\n".join(map(encoded, draw(st.lists(events(), min_size=1, max_size=3))))
            name, mapping = "log.json", JSON_MAPPING
        case "xml":
            name, content, mapping = "log.xmlocel", _spoiled_text(draw, OCEL_XML), OCEL_STEPS
        case "xes":
            name, content, mapping = "log.xes", _spoiled_text(draw, XES), XES_MAPPING
        case "idoc":
            name, content, mapping = "log.xml", _spoiled_text(draw, IDOC), presets()["sap-idoc"].read_text()
        case "sqlite":
            value = draw(TEXT | st.binary(max_size=20) | st.sampled_from((None, 2**62, -1, 1e308)))
            name, content, mapping = "log.sqlite", ocel_sqlite(value), OCEL_STEPS
        case _:
            name, content = "list.csv", _spoiled_text(draw, _LIST)
    content = draw(broken(content))
    match draw(st.integers(0, 19)):
        case 0:
            content = gzip.compress(content)[: draw(st.integers(1, 200))]
        case 1:
            content = gzip.compress(gzip.compress(gzip.compress(content)))
        case 2:
            content = gzip.compress(b"\n" * 2_000_000 + content)
        case 3:
            content = draw(st.sampled_from(XML_ATTACKS))
        case 4:
            content = gzip.compress(content)
        case _:
            pass
    return HostileFile(
        kind, draw(st.sampled_from((name, name, name, "log.txt", "log.xes.gz"))), content, mapping
    )


def _spoiled_text(draw: st.DrawFn, text: str) -> bytes:
    """A word of the text replaced by a hostile one."""
    words = text.split('"') if '"' in text else text.split(";")
    separator = '"' if '"' in text else ";"
    words[draw(st.integers(0, len(words) - 1))] = draw(TEXT)
    return separator.join(words).encode("utf-8", "replace")


_EVENTS = [*orders(2)]
FILES = st.one_of(_configurations(), _logs(), _logs())


@dataclass
class FileEndpoint:
    """Reads hostile files as commands do; counts what became of them."""

    store: Store
    folder: Path
    outcomes: Counter[str] = field(default_factory=Counter[str])

    def read(self, file: HostileFile) -> None:
        """Raises AssertionError for everything but an error that says what is wrong, and where more or less
        was stored than was said.
        """
        for old in self.folder.iterdir():
            old.unlink()
        path = self.folder / file.name
        path.write_bytes(file.content)
        before, versions = self._stored(), len(self.store.topologies())
        accepted: int | None = 0
        outcome = "read"
        start = time.process_time()
        try:
            accepted = self._read(file, path)
        except ImpactGraphError as error:
            outcome = "refused"
            assert str(error).strip(), str(file)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}: {file}") from error
        assert time.process_time() - start < MOST_SECONDS, str(file)
        self.outcomes[f"{file.kind} {outcome}"] += 1
        if outcome == "refused" and file.kind == "topology.yaml":
            assert len(self.store.topologies()) == versions, str(file)
        if outcome == "read" and accepted is not None:
            assert self._stored() - before == accepted, str(file)

    def _stored(self) -> int:
        with self.store.columns() as columns:
            return columns.watermark

    def _read(self, file: HostileFile, path: Path) -> int | None:
        """How many events were accepted; None where it replaced an earlier file. Raises ImpactGraphError."""
        if reader := READERS.get(file.kind):
            reader(path)
            return 0
        if file.kind == "topology.yaml":
            apply_path(self.store, path, NOW, dry_run=True)
            return 0
        mapping = None
        if file.mapping:
            mapping = self.folder / "mapping-of-log.yaml"
            mapping.write_text(file.mapping)
        with suppress(ImpactGraphError):
            discover([str(path)])
        ingest = FileIngest(self.store, [str(path)], mapping, now=NOW)
        accepted = sum(block.intake.accepted_count for block in ingest.run())
        return None if ingest.replaced else accepted


READERS: Mapping[str, Callable[[Path], object]] = {
    "sources.yaml": load_sources,
    "notices.yaml": load_notice_rules,
    "alerts.yaml": load_alert_rules,
    "access.yaml": load_access,
    "messages.yaml": lambda path: catalogues_in(path.parent),
    "mapping.yaml": load_mapping,
    "ocel-mapping.yaml": load_mapping,
    "steps.yaml": load_mapping,
    "list": lambda path: read_list(path, ListLayout({})),
    "operations.json": lambda path: read_operations(path, is_exclusive=True),
}


def resident_bytes() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
