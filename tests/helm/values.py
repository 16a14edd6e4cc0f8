"""Values with which the chart is rendered for tests, and where the manifests are kept."""

import hashlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "impactgraph"
RENDERED = Path(__file__).parent / "rendered"
DIGEST = RENDERED / "chart.sha256"
VERSIONS = ("1.29", "1.37")
EVERYTHING = {
    "access": {"secret": "access"},
    "secrets": ["kafka", "slack"],
    "sources": 'version: 1\nsources: {}\n# "quoted": {{ not a template }}\n',
    "notices": "version: 1\n",
    "settings": {"IMPACTGRAPH_TIMEZONE": "Europe/Berlin", "IMPACTGRAPH_DEADLINE": 20},
    "traces": {"endpoint": "http://otel:4318"},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls", "annotations": {"a/b": "c"}},
    "serviceMonitor": {"enabled": True, "bearerTokenSecret": {"name": "scraper", "key": "token"}},
    "networkPolicy": {"enabled": True, "from": [{"namespaceSelector": {}}]},
}
VALUES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "embedded": {"store": {"kind": "embedded", "embedded": {"storageClass": "fast"}}},
    "everything": EVERYTHING,
    "everything embedded": EVERYTHING | {"store": {"kind": "embedded"}},
    "open network policy": {"networkPolicy": {"enabled": True}},
    "long drain": {"drain": 60},
}


def place(name: str, version: str) -> Path:
    """Of the manifests of these values for a version of Kubernetes."""
    return RENDERED / f"{name.replace(' ', '-')}-{version}.yaml"


def digest() -> str:
    """Of all that the manifests are rendered from."""
    hashed = hashlib.sha256(repr(VALUES).encode())
    for path in sorted(each for each in CHART.rglob("*") if each.is_file()):
        hashed.update(str(path.relative_to(CHART)).encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()
