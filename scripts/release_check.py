"""`python -m scripts.release_check [FOLDER]`: what a release is checked for, and its SBOM.

Advisories on the locked dependencies (pip-audit), a bill of materials (CycloneDX, written to FOLDER),
licences against a list, and the wheel. What could not be checked, for want of a network, is said; only real
findings make the exit status 1.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import distribution, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
RUNTIME_LOCK = ROOT / "deploy" / "runtime.lock"
PERMITTED = (
    "apache",
    "bsd",
    "mit",
    "isc",
    "psf",
    "python software foundation",
    "mpl-2.0",
    "mozilla public license 2.0",
    "unlicense",
    "zlib",
    "0bsd",
    "cc0",
    "lgpl",
    "gnu lesser general public license",
)
"""Parts of names of licences under which libraries may be used by a product under Apache-2.0."""
_NOT_REACHED = re.compile(
    r"connection|timed? ?out|resolve|network|unreachable|proxy|ServiceError|HTTPError|40[34]|50\d",
    re.IGNORECASE,
)
_SECONDS = 300


class Report:
    """What was found, and what was not checked."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.unchecked: list[str] = []

    def say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def audit(report: Report) -> None:
    """Known vulnerabilities of the packages that are deployed."""
    try:
        ran = run(
            "pip_audit", "--require-hashes", "--disable-pip", "-r", str(RUNTIME_LOCK), "--format", "json"
        )
    except subprocess.TimeoutExpired:
        report.unchecked.append("advisories: the service did not answer")
        return
    read_audit(ran.stdout, ran.stderr, report)


def read_audit(output: str, errors: str, report: Report) -> None:
    """Adds what pip-audit said."""
    try:
        packages: list[Any] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        last = errors.strip().splitlines()[-1] if errors.strip() else "no answer"
        if _NOT_REACHED.search(errors) or not errors.strip():
            report.unchecked.append(f"advisories: they cannot be reached ({last[:200]})")
        else:
            report.findings.append(f"pip-audit failed: {last[:200]}")
        return
    skipped = [package for package in packages if "skip_reason" in package]
    if skipped:
        report.unchecked.append(
            f"advisories of {len(skipped)} of {len(packages)} packages, such as: {skipped[0]['skip_reason']}"
        )
    for package in packages:
        for one in package.get("vulns", ()):
            fixed = ", ".join(one.get("fix_versions") or ()) or "none yet"
            report.findings.append(f"{package['name']} {package['version']}: {one['id']}, fixed in: {fixed}")
    report.say(f"advisories: {len(packages) - len(skipped)} packages checked")


def bill_of_materials(folder: Path, report: Report) -> None:
    """Writes sbom.cdx.json."""
    path = folder / "sbom.cdx.json"
    ran = run(
        "cyclonedx_py",
        "requirements",
        str(RUNTIME_LOCK),
        "--of",
        "JSON",
        "-o",
        str(path),
        "--output-reproducible",
    )
    if ran.returncode or not path.is_file():
        report.findings.append(f"the SBOM cannot be made: {ran.stderr.strip()[-300:]}")
        return
    components: list[Any] = json.loads(path.read_text())["components"]
    names = {name_of(each["name"]) for each in components}
    missing = locked_names(RUNTIME_LOCK.read_text()) - names
    if missing:
        report.findings.append(f"the SBOM lacks {', '.join(sorted(missing))}")
    report.say(f"SBOM: {len(components)} components in {path}")


def locked_names(lock: str) -> set[str]:
    return {name_of(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE)}


def name_of(package: str) -> str:
    """As registries compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def licences(report: Report) -> None:
    """Licences of what is installed of the lock."""
    ran = run("piplicenses", "--format", "json", "--from", "all", "--with-system")
    if ran.returncode:
        report.findings.append(f"licences cannot be read: {ran.stderr.strip()[-300:]}")
        return
    installed: list[Mapping[str, str]] = json.loads(ran.stdout)
    needed = locked_names(RUNTIME_LOCK.read_text())
    checked = [each for each in installed if name_of(each["Name"]) in needed]
    report.findings += [finding for each in checked for finding in licence_findings(each)]
    absent = needed - {name_of(each["Name"]) for each in checked}
    if absent:
        report.unchecked.append(f"licences of what is not installed here: {', '.join(sorted(absent))}")
    report.say(f"licences: {len(checked)} packages checked")


def licence_findings(package: Mapping[str, str]) -> Iterator[str]:
    """Where no licence of a package is on the list. The name of the file is no evidence: its text may be."""
    texts = [
        value
        for name, value in package.items()
        if name.startswith("License") and value and value != "UNKNOWN"
    ]
    if not any(name in text.lower() for text in texts for name in PERMITTED):
        yield f"{package['Name']} {package['Version']} has the licence {' / '.join(texts) or 'UNKNOWN'}"


def wheel(report: Report) -> None:
    """Builds the wheel and looks into it."""
    with tempfile.TemporaryDirectory() as folder:
        ran = run(
            "uv", "build", "--wheel", "--no-build-isolation", "--offline", "-q", "-o", folder, str(ROOT)
        )
        built = sorted(Path(folder).glob("*.whl"))
        if ran.returncode or not built:
            report.findings.append(f"the wheel cannot be built: {ran.stderr.strip()[-300:]}")
            return
        with zipfile.ZipFile(built[0]) as archive:
            names = archive.namelist()
            meta = next(name for name in names if name.endswith(".dist-info/METADATA"))
            report.findings += wheel_findings(names, archive.read(meta).decode())
    report.say(f"wheel: {built[0].name}, {len(names)} files")


def wheel_findings(names: Sequence[str], metadata: str) -> Iterator[str]:
    """Files that have no place in a wheel, and metadata that are missing."""
    tops = {name.partition("/")[0] for name in names}
    others = {top for top in tops if top not in ("api", "impactgraph", "graph_models")}
    for top in sorted(each for each in others if not each.endswith(".dist-info")):
        yield f"the wheel has {top}"
    for name in names:
        if name.endswith((".pyc", ".env", ".pem", ".key")) or "/." in name:
            yield f"the wheel has {name}"
    if not any("/licenses/" in name for name in names):
        yield "the wheel has no licence"
    for field in ("License-Expression", "Requires-Python", "Description-Content-Type"):
        if f"\n{field}:" not in metadata:
            yield f"the metadata of the wheel have no {field}"


def extras_are_locked(report: Report) -> None:
    """Every direct dependency of the product is in the lock."""
    locked = locked_names((ROOT / "requirements.lock").read_text())
    names = {name_of(Requirement(text).name) for text in requires("impactgraph") or ()}
    report.findings += [f"{name} is not in the lock" for name in sorted(names - locked)]


def main(folder: Path) -> int:
    """Exit status: 1 after findings."""
    folder.mkdir(parents=True, exist_ok=True)
    report = Report()
    report.say(f"impactgraph {distribution('impactgraph').version}")
    audit(report)
    bill_of_materials(folder, report)
    licences(report)
    wheel(report)
    extras_are_locked(report)
    for text in report.unchecked:
        report.say(f"not checked: {text}")
    for text in report.findings:
        report.say(f"finding: {text}")
    report.say(f"{len(report.findings)} findings, {len(report.unchecked)} not checked")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"))
