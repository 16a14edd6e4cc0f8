"""Helm itself, built from its Go module by the hashes of tests/helm/go.sum.

It takes some minutes of a processor once; the program is kept in the user's cache. A missing Go fails with
what to do.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

MODULE = Path(__file__).parent
PACKAGE = "helm.sh/helm/v3/cmd/helm"


def program() -> Path:
    """Path of the program, which is built where it is missing."""
    digest = hashlib.sha256((MODULE / "go.sum").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    target = cache / "impactgraph-tests" / f"helm-{digest}"
    if not target.exists():
        go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
        assert go, "Go 1.26 or later is missing: install it, then `make helm`."
        target.parent.mkdir(parents=True, exist_ok=True)
        built = target.with_suffix(f".{os.getpid()}")
        command = [go, "build", "-mod=readonly", "-trimpath", "-o", str(built), PACKAGE]
        subprocess.run(command, cwd=MODULE, check=True)
        built.rename(target)
    return target
