"""The audits of the GraphQL over HTTP specification, by their own ids."""

import json
import subprocess
from pathlib import Path

import httpx

HERE = Path(__file__).parent
PACKAGES = HERE.parent / "node_modules" / "graphql-http"
AUDITS = 61


def test_every_audit_of_the_protocol_passes(http: httpx.Client) -> None:
    assert PACKAGES.is_dir(), "the audits are not installed: run `make npm`"

    ran = subprocess.run(
        ["node", HERE / "audits.mjs", f"{http.base_url}/graphql"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    results = [json.loads(line) for line in ran.stdout.splitlines()]

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS, ran.stderr
