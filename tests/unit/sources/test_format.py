"""A file of sources is read with lines, all problems at once and near names."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from impactgraph.alerts.catalogue import SENDERS
from impactgraph.errors import BadInputError
from impactgraph.sources.config import (
    AlertsSource,
    FolderSource,
    KafkaSource,
    ListSource,
    PostgresSource,
    Secret,
    WebhookSource,
)
from impactgraph.sources.format import load_sources, parse_sources, schema_text, sources_schema

WHOLE = """
sources:
  orders:
    kind: kafka
    brokers: [broker-1:9092, broker-2:9092]
    topics: [orders]
    start: latest
    user: reader
    password: {env: KAFKA_PASSWORD}
    mechanism: SCRAM-SHA-512
    tls: true
    settings: {ssl.ca.location: ca.pem, socket.keepalive.enable: true, ssl.key.password: {env: KEY}}
  shipments:
    kind: postgres
    mapping: wms.yaml
    connection: host=db dbname=wms user=reader
    password: {file: secrets/wms}
    query: select * from shipments
    rising: id
    document: payload
    wait_for: writers
    every: 2s
  erp:
    kind: list
    system: erp
    url: https://erp.example.com/orders
    secret: {env: ERP_TOKEN}
    states: {CLSD: completed}
    placed_within: 7d
    shrink: 0.1
    expected: 1d
    every: 15m
  exports: {kind: folder, path: in, files: "*.csv", mapping: erp.yaml, done: /done, failed: /failed}
  shop:
    kind: webhook
    mapping: shop.yaml
    header: X-Hmac
    check: hmac-sha256
    encoding: base64
    prefix: sha256=
    secrets: [{env: OLD}, {env: NEW}]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        parse_sources(text, "s.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_every_field_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(WHOLE)

    kafka, postgres, erp, folder, webhook = load_sources(file)

    assert kafka == KafkaSource(
        "orders",
        ("broker-1:9092", "broker-2:9092"),
        ("orders",),
        start="latest",
        user="reader",
        password=Secret(env="KAFKA_PASSWORD"),
        mechanism="SCRAM-SHA-512",
        tls=True,
        settings={
            "ssl.ca.location": "ca.pem",
            "socket.keepalive.enable": "true",
            "ssl.key.password": Secret(env="KEY"),
        },
    )
    assert postgres == PostgresSource(
        "shipments",
        "host=db dbname=wms user=reader",
        "select * from shipments",
        "id",
        mapping=tmp_path / "wms.yaml",
        password=Secret(file=tmp_path / "secrets/wms"),
        document="payload",
        wait_for="writers",
        every=2_000,
    )
    assert erp == ListSource(
        "erp",
        "erp",
        url="https://erp.example.com/orders",
        secret=Secret(env="ERP_TOKEN"),
        states={"CLSD": "completed"},
        placed_within=7 * 86_400_000,
        shrink=0.1,
        expected=86_400_000,
        every=900_000,
    )
    assert folder == FolderSource(
        "exports", tmp_path / "in", "*.csv", tmp_path / "erp.yaml", Path("/done"), Path("/failed")
    )
    assert webhook == WebhookSource(
        "shop",
        "X-Hmac",
        (Secret(env="OLD"), Secret(env="NEW")),
        "hmac-sha256",
        "base64",
        "sha256=",
        tmp_path / "shop.yaml",
    )


def test_all_problems_are_reported_at_once_with_their_lines() -> None:
    text = """
sources:
  orders: {kind: kafk}
  shop:
    kind: webhook
    header: X-Token
    secrets: [abc]
    chek: secret
  wms:
    kind: postgres
    connection: host=db password=secret
    query: select 1
    every: soon
  a b: {kind: folder, path: in}
  exports:
"""

    assert problems(text) == [
        "s.yaml:3: source orders: `kind` must be kafka, postgres, folder, webhook, alerts, list or traces, "
        "not 'kafk'. Did you mean 'kafka'?",
        "s.yaml:7: source shop: `secrets` must be {env: NAME} or {file: PATH}: a secret never stands in this "
        "file.",
        "s.yaml:8: source shop: there is no field `chek`. Did you mean 'check'?",
        "s.yaml:10: source wms: `rising` is missing.",
        "s.yaml:11: source wms: `connection` has a password: give it as `password: {env: NAME}` or "
        "`{file: PATH}`.",
        "s.yaml:13: source wms: `every` must be a duration of more than 0 such as 30s, 15m, 4h, 2d or PT15M, "
        "not 'soon'.",
        "s.yaml:14: source a b: its key may have letters, digits, dots, hyphens and underscores only.",
        "s.yaml:15: source exports: it must be a map with `kind`, not nothing.",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "It must be a map with `sources`"),
        ("sources: [a]", "`sources` must be a map by key"),
        ("source: {}", "there is no field `source`. Did you mean 'sources'?"),
        ("sources: {a: {path: in}}", "`kind` is missing"),
        ("sources: {a: {kind: kafka, brokers: [b], topics: []}}", "`topics` must not be empty"),
        ("sources: {a: {kind: kafka, brokers: [b], topics: [t], user: u}}", "belong together"),
        (
            "sources: {a: {kind: kafka, brokers: [b], topics: [t], settings: {sasl.password: x}}}",
            "`settings.sasl.password` cannot be set here: use `password`",
        ),
        (
            "sources: {a: {kind: webhook, header: H, secrets: [{env: A}, {env: B}, {env: C}]}}",
            "has 3 secrets: at most two",
        ),
        ("sources: {a: {kind: webhook, header: H, secrets: [{env: A, file: b}]}}", "one of them"),
        (
            "sources: {a: {kind: kafka, brokers: [b], topics: [t], settings: {ssl.key.password: x}}}",
            "a secret never stands in this file",
        ),
        (
            "sources: {a: {kind: kafka, brokers: [b], topics: [t], settings: {client.rack: [x]}}}",
            "`settings.client.rack` must be text",
        ),
        ("sources: {a: {kind: webhook, header: 'H:', secrets: [{env: A}]}}", "the name of a header"),
        ("sources:\n  a: {kind: folder, path: in}\n  a: {kind: folder, path: in}", "stands twice"),
    ],
)
def test_problems_are_reported(text: str, problem: str) -> None:
    assert any(problem in each for each in problems(text)), problems(text)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        load_sources(tmp_path / "none.yaml")


def test_the_schema_is_that_of_the_docs_and_accepts_the_example() -> None:
    """Written by `python -m scripts.print_sources_schema`."""
    schema = sources_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    committed = Path(__file__).parents[3] / "docs" / "sources.schema.json"

    assert committed.read_text() == schema_text()
    assert not list(validator.iter_errors(yaml.safe_load(WHOLE)))
    assert list(validator.iter_errors(json.loads('{"sources": {"a": {"kind": "kafka"}}}')))


def test_a_secret_is_read_from_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from file\n")
    monkeypatch.setenv("SHOP_SECRET", "from environment")

    assert Secret(file=tmp_path / "secret").read() == "from file"
    assert Secret(env="SHOP_SECRET").read() == "from environment"
    with pytest.raises(BadInputError, match="the environment variable OTHER_SECRET is empty"):
        Secret(env="OTHER_SECRET").read()
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        Secret(file=tmp_path / "none").read()


def test_a_source_of_alerts_says_how_its_sender_proves_itself() -> None:
    (source,) = parse_sources(
        "sources: {prod: {kind: alerts, sender: grafana, rules: a.yaml, secrets: [{env: A}]}}", "s/s.yaml"
    )

    assert source == AlertsSource("prod", "grafana", (Secret(env="A"),), rules=Path("s/a.yaml"))


def test_proofs_that_do_not_fit_the_sender_are_refused() -> None:
    assert problems(
        """
sources:
  a: {kind: alerts, sender: alertmanagr}
  b: {kind: alerts, sender: alertmanager, secrets: [{env: A}]}
  c: {kind: alerts, sender: grafana}
  d: {kind: alerts, sender: cloudwatch, secrets: [{env: A}]}
  e: {kind: alerts, sender: datadog, check: basic, secrets: [{env: A}], header: X-Token}
"""
    ) == [
        "s.yaml:3: source a: `sender` must be one of " + ", ".join(SENDERS) + ", not 'alertmanagr'. Did you "
        "mean 'alertmanager'?",
        "s.yaml:4: source b: `check` must be secret, basic, bearer, token or entra: Prometheus Alertmanager "
        "does not sign what it sends.",
        "s.yaml:5: source c: `secrets` is missing: `check: signature` of grafana needs it.",
        "s.yaml:6: source d: `topics` is missing: `check: signature` of cloudwatch needs it.",
        "s.yaml:6: source d: `secrets` is not used by `check: signature` of cloudwatch.",
        "s.yaml:7: source e: `user` is missing: `check: basic` of datadog needs it.",
        "s.yaml:7: source e: `header` is not used by `check: basic` of datadog.",
    ]


def test_lists_are_in_one_place() -> None:
    assert problems(
        """
sources:
  a: {kind: list, system: erp}
  b: {kind: list, system: erp, path: in, url: https://erp.example.com}
  c: {kind: list, system: erp, query: select id from orders}
  d: {kind: list, system: erp, path: in, password: {env: A}}
  e: {kind: list, system: erp, url: http://erp.example.com/orders, shrink: 20 %}
"""
    ) == [
        "s.yaml:3: source a: give one of `path`, `url` and `query`: it has none of them.",
        "s.yaml:4: source b: give one of `path`, `url` and `query`: it has `path` and `url`.",
        "s.yaml:5: source c: `connection` is missing: the database that `query` asks.",
        "s.yaml:6: source d: `password` belongs to `query`: leave it out.",
        "s.yaml:7: source e: `url` must be an address with https, or with http on this machine, without a "
        "password, not 'http://erp.example.com/orders'.",
        "s.yaml:7: source e: `shrink` must be a number from 0 to 1, not '20 %'.",
    ]
