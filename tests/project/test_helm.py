"""The Helm chart as Helm renders it: its manifests are valid, and say the same as the plain ones."""

import json
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from kubernetes_validate import validate

from impactgraph.settings import Settings
from tests.helm.values import CHART, DIGEST, EVERYTHING, ROOT, VALUES, VERSIONS, digest, place

VARIABLES = {f"IMPACTGRAPH_{name.upper()}" for name in Settings.model_fields}
ELSEWHERE = {"OTEL_EXPORTER_OTLP_ENDPOINT"}
"""Variables that are no fields of the settings."""


@cache
def rendered(name: str, version: str = VERSIONS[-1]) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(place(name, version).read_text()) if each]


def test_the_manifests_are_those_of_the_present_chart() -> None:
    assert DIGEST.read_text().strip() == digest(), "the chart has changed: `make helm` renders it again"


def manifest(name: str, kind: str) -> dict[str, Any]:
    return next(each for each in rendered(name) if each["kind"] == kind)


def pod(name: str) -> dict[str, Any]:
    return manifest(name, "Deployment")["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", VALUES)
def test_every_manifest_is_as_kubernetes_has_it(name: str, version: str) -> None:
    manifests = rendered(name, version)

    own = [each for each in manifests if "coreos" not in each["apiVersion"]]
    assert {"Deployment", "Service"} <= {each["kind"] for each in own}
    assert all(validate(each, version, strict=True) for each in own)


@pytest.mark.parametrize("name", VALUES)
def test_services_budgets_and_policies_select_the_pods(name: str) -> None:
    labels = manifest(name, "Deployment")["spec"]["template"]["metadata"]["labels"]

    for each in rendered(name):
        spec = each.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector") or {}
        assert (
            selector.get("matchLabels", selector if each["kind"] == "Service" else {}).items()
            <= labels.items()
        )


@pytest.mark.parametrize("name", VALUES)
def test_what_a_pod_mounts_and_sets_is_there(name: str) -> None:
    spec = pod(name)
    [container] = spec["containers"]
    volumes = {each["name"]: each for each in spec["volumes"]}
    configured = {each["metadata"]["name"] for each in rendered(name) if each["kind"] == "ConfigMap"}

    assert {each["name"] for each in container["volumeMounts"]} == set(volumes)
    assert {each["configMap"]["name"] for each in volumes.values() if "configMap" in each} <= configured
    assert {each["name"] for each in container["env"]} <= VARIABLES | ELSEWHERE
    paths = [each["mountPath"] for each in container["volumeMounts"]]
    files = [each["value"] for each in container["env"] if each["value"].startswith(("/run/", "/etc/"))]
    assert all(any(file.startswith(f"{path}/") for path in paths) for file in files)


def test_an_embedded_store_has_one_process_and_a_volume_that_stays() -> None:
    deployment, volume = manifest("embedded", "Deployment"), manifest("embedded", "PersistentVolumeClaim")

    assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]) == (1, {"type": "Recreate"})
    assert volume["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert volume["spec"]["storageClassName"] == "fast"
    assert "PodDisruptionBudget" not in {each["kind"] for each in rendered("embedded")}


def test_files_are_taken_letter_by_letter() -> None:
    assert manifest("everything", "ConfigMap")["data"]["sources.yaml"] == EVERYTHING["sources"]


def test_the_pod_outlives_its_drain() -> None:
    assert pod("long drain")["terminationGracePeriodSeconds"] == 60 + 40


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"stores": {}}, "stores"),
        ({"store": {"kind": "postgres"}}, "kind"),
        ({"replicas": 0}, "replicas"),
        ({"settings": {"PATH": "/"}}, "PATH"),
        ({"drain": -1}, "drain"),
        ({"secrets": ["Not A Name"]}, "secrets"),
        ({"store": {"kind": "neo4j", "neo4j": {"address": "http://db"}}}, "address"),
    ],
)
def test_values_that_there_are_not_are_refused_with_their_place(values: dict[str, Any], where: str) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())

    assert not list(Draft202012Validator(schema).iter_errors(defaults))
    [error] = Draft202012Validator(schema).iter_errors(_merged(defaults, values))
    assert where in f"{error.json_path} {error.message}"


def _merged(defaults: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """As Helm merges them."""
    merged = dict(defaults)
    for name, value in values.items():
        own = merged.get(name)
        merged[name] = _merged(own, value) if isinstance(own, dict) and isinstance(value, dict) else value
    return merged


def test_the_plain_manifests_have_the_pod_of_the_chart() -> None:
    documents = yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text())
    plain = next(d for d in documents if d["kind"] == "Deployment")["spec"]
    charted = manifest("defaults", "Deployment")["spec"]
    [plain_container], [container] = plain["template"]["spec"]["containers"], pod("defaults")["containers"]

    same = (
        "args",
        "ports",
        "startupProbe",
        "readinessProbe",
        "livenessProbe",
        "resources",
        "securityContext",
    )
    assert {key: plain_container[key] for key in same} == {key: container[key] for key in same}
    assert plain_container["env"] == container["env"]
    assert plain_container["volumeMounts"] == container["volumeMounts"]
    assert (plain["strategy"], plain["replicas"]) == (charted["strategy"], charted["replicas"])
    shared = ("volumes", "securityContext", "terminationGracePeriodSeconds", "automountServiceAccountToken")
    assert [plain["template"]["spec"][key] for key in shared] == [pod("defaults")[key] for key in shared]
