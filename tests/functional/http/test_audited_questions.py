"""What the audit log keeps of questions where personal attributes are not kept as they came."""

import json
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from api.app import create_app
from impactgraph.access.audit_file import FileAudit
from impactgraph.access.personal_audit import PersonalAudit
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, EndpointRules
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW

SCOPE = {"attributes": {"customer-email": ["jane@example.com"]}}
SUPPOSED = {"target": "system:oms", "class": "OUTAGE", "startedAt": "2026-03-02T09:00:00Z", "scope": SCOPE}
RULES = PersonalRules.of({"customer-email": "hash"}, b"a secret of the shop")


@pytest.mark.parametrize(
    "path",
    [
        "/export?suppose={supposed}",
        "/export/list?of=blastRadius.orders&suppose={supposed}",
        '/graphql?query={{search(text:"jane@example.com"){{id}}}}',
        "/export/list?of=searchHits&text=jane@example.com",
    ],
)
def test_questions_are_recorded_without_values_that_the_record_does_not_keep(
    empty: Store, tmp_path: Path, path: str
) -> None:
    audit = FileAudit(tmp_path, lambda: NOW)
    endpoints = EndpointRules(audits_questions=True)
    access = Access(endpoints=endpoints, audit=PersonalAudit(audit, RULES))
    with (
        served(create_app(empty, Settings(), now=lambda: NOW, access=access)) as address,
        httpx.Client(base_url=address) as http,
    ):
        http.get(path.format(supposed=quote(json.dumps([SUPPOSED]))))

    assert list(audit.entries())
    assert "jane" not in (tmp_path / "audit.jsonl").read_text()
