"""The soak, small: that it runs, and that a server under load loses and doubles nothing."""

import json
import subprocess
import sys
from pathlib import Path

from tests.functional.cli.running import CURRENT_TIME, environment


def test_nothing_is_lost_or_doubled_under_load(tmp_path: Path) -> None:
    """Latencies are not judged: they are those of the machine."""
    findings = tmp_path / "soak.json"
    small = ["--minutes", "0.1", "--orders", "500", "--events", "200", "--blast-radii", "1"]
    few = ["--subscribers", "2", "--webhooks", "2", "--spikes", "1", "--spike-seconds", "1"]
    command = [sys.executable, "-m", "tests.soak", *small, *few, "--json", str(findings)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(**CURRENT_TIME)
    )
    assert findings.exists(), ran.stderr
    found = json.loads(findings.read_text())
    assert found["comparison"]["isRight"], found["comparison"]
    assert found["comparison"]["events"] > 0
    assert found["webhooksAcknowledged"] > 0
    assert {each["kind"] for each in found["requests"]} == {"blast radius", "events", "order", "webhook"}
    assert found["updates"]["received"] > 0
