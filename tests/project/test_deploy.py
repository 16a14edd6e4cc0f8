"""What is deployed: the image, docker-compose.yml and the Kubernetes manifests, checked as far as that
goes without containers.
"""

import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from kubernetes_validate import validate
from packaging.requirements import Requirement

from impactgraph.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "docker-compose.yml").read_text()
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
WAY_IN = "IMPACTGRAPH_ADMIN_KEY_FILE"
VARIABLES = {f"IMPACTGRAPH_{name.upper()}" for name in Settings.model_fields}


def locked(lock: Path) -> dict[str, set[str]]:
    """Hashes by name and version."""
    entries = re.findall(
        r"^([\w.-]+==[^ ;]+).*?((?:\n    --hash=\S+(?: \\)?)+)", lock.read_text(), re.MULTILINE
    )
    return {name: set(re.findall(r"sha256:\w+", hashes)) for name, hashes in entries}


def needed(name: str, extras: frozenset[str], seen: set[str]) -> Iterator[str]:
    """Names of all that an installed project needs to run here."""
    for text in requires(name) or ():
        requirement = Requirement(text)
        wanted = (
            any(requirement.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
            if requirement.marker
            else True
        )
        if wanted and requirement.name.lower() not in seen:
            seen.add(requirement.name.lower())
            yield requirement.name
            yield from needed(requirement.name, frozenset(requirement.extras), seen)


def interpolated(values: dict[str, str]) -> str:
    """The compose file with its variables filled in: given, else their defaults."""

    def fill(match: re.Match[str]) -> str:
        name, separator, default = match[1], match[2], match[3]
        if name not in values and separator == ":?":
            raise KeyError(f"{name}: {default}")
        return values.get(name, default or "")

    return re.sub(r"(?<!\$)\$\{(\w+)(?:(:[-?])([^}]*))?\}", fill, COMPOSE)


def compose() -> dict[str, Any]:
    return yaml.safe_load(interpolated({"NEO4J_PASSWORD": "a-password", "IMPACTGRAPH_ADMIN_KEY": "a-key"}))


def manifest(kind: str, name: str) -> dict[str, Any]:
    return next(each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == (kind, name))


# The image


def test_the_image_has_what_the_product_needs_and_nothing_for_development():
    names = {entry.partition("==")[0].lower().replace("_", "-") for entry in locked(DEPLOY / "runtime.lock")}

    assert {
        name.lower().replace("_", "-")
        for name in needed("impactgraph", frozenset({"neo4j", "kafka", "postgres"}), set())
    } <= names
    assert not names & {"pytest", "hypothesis", "ruff", "pyright", "playwright", "uv", "uv-build"}


def test_the_image_has_the_versions_and_hashes_that_tests_run_with():
    everything = locked(ROOT / "requirements.lock")

    assert all(everything.get(entry) == hashes for entry, hashes in locked(DEPLOY / "runtime.lock").items())


def test_the_build_backend_is_taken_from_the_lock_by_its_hashes():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("uv-build=="))

    assert "awk '/^uv-build==/" in DOCKERFILE
    assert lines[start].endswith("\\") and lines[start + 1].strip().startswith("--hash=sha256:")


def test_what_the_image_copies_is_there():
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for source in line.split()
    ]

    assert copied
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_everything_is_installed_by_hash_and_run_as_a_user_without_rights():
    installs = re.findall(r"pip install [^&\n\\]+", DOCKERFILE)
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert re.search(r"^USER [1-9]\d*$", last_stage, re.MULTILINE)
    assert not re.search(r"^(RUN pip|ADD )", last_stage, re.MULTILINE)


def test_the_image_sets_only_variables_that_there_are():
    assert set(re.findall(r"IMPACTGRAPH_\w+", DOCKERFILE)) <= VARIABLES


# docker-compose.yml


def test_the_compose_file_is_as_the_specification_has_it():
    read = PyCompose.from_yaml(interpolated({"NEO4J_PASSWORD": "a-password"}))

    read.validate()
    assert sorted(read.service_names()) == ["api", "neo4j"]


def test_without_a_password_the_error_says_what_to_give():
    with pytest.raises(KeyError, match="a password of eight letters or more"):
        interpolated({})


def test_the_server_waits_for_a_database_that_is_well_and_keeps_its_password_out_of_the_environment():
    api, database = (compose()["services"][name] for name in ("api", "neo4j"))

    assert api["depends_on"]["neo4j"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"]
    assert set(api["environment"]) <= VARIABLES
    assert "a-password" not in str(api)
    assert api["environment"]["IMPACTGRAPH_NEO4J_PASSWORD_FILE"] == f"/run/secrets/{api['secrets'][0]}"


def test_the_server_has_a_way_in_from_a_secret():
    """It listens on every address, and would refuse to start without one."""
    api = compose()["services"]["api"]
    pod = manifest("Deployment", "impactgraph")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    path = next(each["value"] for each in container["env"] if each["name"] == WAY_IN)
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    secret = next(each["secret"] for each in pod["volumes"] if each["name"] == mounts[str(Path(path).parent)])

    assert api["environment"][WAY_IN] == "/run/secrets/admin_key"
    assert "admin_key" in api["secrets"] and "admin_key" in compose()["secrets"]
    assert Path(path).name in {item["path"] for item in secret["items"]}


def test_what_must_stay_is_on_volumes_that_are_declared():
    declared = compose()["volumes"]
    mounted = [
        volume.partition(":")[0]
        for service in compose()["services"].values()
        for volume in service["volumes"]
    ]

    assert sorted(mounted) == sorted(declared)


def test_nothing_is_offered_to_the_network_beyond_this_machine():
    ports = [port for service in compose()["services"].values() for port in service["ports"]]

    assert all(port.startswith("127.0.0.1:") for port in ports)


# Kubernetes


@pytest.mark.parametrize("version", ["1.29", "1.37"])
@pytest.mark.parametrize("each", MANIFESTS, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_a_manifest_is_as_kubernetes_has_it(each: dict[str, Any], version: str):
    assert validate(each, version, strict=True)


@pytest.mark.parametrize("name", ["neo4j", "impactgraph"])
def test_a_service_leads_to_the_pods_of_its_workload(name: str):
    service = manifest("Service", name)["spec"]
    workload = manifest("StatefulSet" if name == "neo4j" else "Deployment", name)["spec"]
    labels, [container] = (
        workload["template"]["metadata"]["labels"],
        workload["template"]["spec"]["containers"],
    )

    assert service["selector"].items() <= labels.items()
    assert workload["selector"]["matchLabels"].items() <= labels.items()
    assert {port["targetPort"] for port in service["ports"]} <= {port["name"] for port in container["ports"]}


def test_the_pods_of_the_server_are_probed_where_it_answers_and_set_variables_that_there_are():
    [container] = manifest("Deployment", "impactgraph")["spec"]["template"]["spec"]["containers"]

    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert {variable["name"] for variable in container["env"]} <= VARIABLES
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_the_password_comes_from_the_secret_that_the_head_of_the_file_makes():
    said = (DEPLOY / "kubernetes.yaml").read_text().partition("apiVersion")[0]
    pod = manifest("Deployment", "impactgraph")["spec"]["template"]["spec"]
    [secret] = [volume["secret"] for volume in pod["volumes"] if volume["name"] == "password"]
    [mount] = [mount for mount in pod["containers"][0]["volumeMounts"] if mount["name"] == "password"]
    file = next(
        variable["value"]
        for variable in pod["containers"][0]["env"]
        if variable["name"] == "IMPACTGRAPH_NEO4J_PASSWORD_FILE"
    )

    assert f"secret generic {secret['secretName']}" in said
    assert f"--from-literal={secret['items'][0]['key']}=" in said
    assert file == f"{mount['mountPath']}/{secret['items'][0]['path']}"
