"""The Helm chart, rendered by Helm: its manifests are valid, and say the same as the plain ones."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import validate

from impactgraph.settings import Settings
from tests.helm_program import program

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "impactgraph"
VERSIONS = ("1.29", "1.37")
VARIABLES = {f"IMPACTGRAPH_{name.upper()}" for name in Settings.model_fields}
ELSEWHERE = {"IMPACTGRAPH_ACCESS", "OTEL_EXPORTER_OTLP_ENDPOINT"}
"""Variables that are no fields of the settings."""
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
}


def helm(command: str, *arguments: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(), command, *arguments, "--values", "-"],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def rendered(name: str, version: str = VERSIONS[-1]) -> list[dict[str, Any]]:
    done = helm("template", "shop", str(CHART), "--kube-version", version, values=VALUES[name])
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def manifest(name: str, kind: str) -> dict[str, Any]:
    return next(each for each in rendered(name) if each["kind"] == kind)


def pod(name: str) -> dict[str, Any]:
    return manifest(name, "Deployment")["spec"]["template"]["spec"]


def test_the_linter_of_helm_finds_nothing() -> None:
    done = helm("lint", str(CHART), "--strict", values={})

    assert done.returncode == 0, done.stdout


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
    values = {"drain": 60}
    done = helm("template", "shop", str(CHART), "--kube-version", "1.37", values=values)
    deployment = next(d for d in yaml.safe_load_all(done.stdout) if d and d["kind"] == "Deployment")

    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 60 + 40


@pytest.mark.parametrize(
    ("values", "place"),
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
def test_values_that_there_are_not_are_refused_with_their_place(values: dict[str, Any], place: str) -> None:
    done = helm("template", "shop", str(CHART), "--kube-version", "1.37", values=values)

    assert done.returncode != 0 and place in done.stderr


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
