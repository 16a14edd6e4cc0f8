"""`python -m tests.helm`: renders the chart by Helm, and keeps the manifests that the tests read.

Needs Go, which builds Helm once. The tests themselves need neither: they refuse manifests that were rendered
from another chart.
"""

import json
import subprocess
import sys
from typing import Any

from tests.helm.program import program
from tests.helm.values import CHART, DIGEST, RENDERED, VALUES, VERSIONS, digest, place


def helm(command: str, *arguments: str, values: dict[str, Any]) -> str:
    """What Helm prints. Ends the program where it finds something wrong."""
    done = subprocess.run(
        [program(), command, *arguments, "--values", "-"],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


def main() -> None:
    helm("lint", str(CHART), "--strict", values={})
    RENDERED.mkdir(exist_ok=True)
    for old in RENDERED.iterdir():
        old.unlink()
    for name, values in VALUES.items():
        for version in VERSIONS:
            text = helm("template", "shop", str(CHART), "--kube-version", version, values=values)
            place(name, version).write_text(text)
    DIGEST.write_text(f"{digest()}\n")


if __name__ == "__main__":
    main()
