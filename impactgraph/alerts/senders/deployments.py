"""Deployments: of GitHub by its own webhook, of Argo CD by the template of docs/alerts.md."""

from typing import Any

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, require, word
from impactgraph.alerts.message import ChangeMessage, MalformedAlertError, SenderReport


class _Name(Document):
    name: str = ""
    full_name: str = ""
    login: str = ""


class _Deployment(Document):
    id: int
    sha: str = ""
    ref: str = ""
    task: str = ""
    environment: str = ""
    description: str | None = None
    creator: _Name | None = None


class _Status(Document):
    state: str
    created_at: str | None = None
    target_url: str | None = None
    description: str | None = None


class _GitHub(Document):
    deployment: _Deployment | None = None
    deployment_status: _Status | None = None
    repository: _Name | None = None
    zen: str | None = None


def read_github(text: bytes, received_at: Millis) -> SenderReport:
    """A deployment begins when it is in progress, and ends with success, failure or error."""
    delivery = read(_GitHub, text)
    status, deployment = delivery.deployment_status, delivery.deployment
    if delivery.zen is not None:
        return SenderReport(pass_reasons=["a ping"])
    if deployment is None:
        raise MalformedAlertError("deployment is missing: choose the event `deployment_status`")
    if status is None or status.state not in ("in_progress", "success", "failure", "error"):
        return SenderReport(pass_reasons=["a deployment that has not begun"])
    at = optional_moment(status.created_at, "deployment_status.created_at")
    repository = delivery.repository or _Name()
    message = ChangeMessage(
        key=str(deployment.id),
        is_end=status.state != "in_progress",
        at=received_at if at is None else at,
        name=f"{repository.name} to {deployment.environment}",
        text=" ".join(filter(None, (status.state.replace("_", " "), status.description))),
        labels=labels_of(
            repository=repository.name,
            full_name=repository.full_name,
            environment=deployment.environment,
            ref=deployment.ref,
            task=deployment.task,
        ),
        version=deployment.sha,
        url=status.target_url or "",
        by=(deployment.creator or _Name()).login,
    )
    return SenderReport([message])


class _ArgoCd(Document):
    app: str
    phase: str
    started_at: Any = None
    finished_at: Any = None
    project: str = ""
    namespace: str = ""
    revision: str = ""
    message: str | None = None
    url: str = ""
    by: str | None = None


_PHASES = {"running": False, "succeeded": True, "failed": True, "error": True}
"""Whether it is the end, by phase."""


def read_argocd(text: bytes, received_at: Millis) -> SenderReport:
    """A synchronisation of an application."""
    delivery = read(_ArgoCd, text)
    is_end = _PHASES.get(word(delivery.phase))
    if is_end is None:
        return SenderReport(
            pass_reasons=[f"the phase {delivery.phase[:40]} neither begins nor ends a change"]
        )
    started_at = optional_moment(delivery.started_at, "started_at")
    at = optional_moment(delivery.finished_at, "finished_at") if is_end else started_at
    run = delivery.revision if started_at is None else str(started_at)
    message = ChangeMessage(
        key=f"{require(delivery.app, 'app')}/{run}",
        is_end=is_end,
        at=received_at if at is None else at,
        name=delivery.app,
        text=" ".join(filter(None, (delivery.phase, delivery.message))),
        labels=labels_of(app=delivery.app, project=delivery.project, namespace=delivery.namespace),
        version=delivery.revision,
        url=delivery.url,
        by=delivery.by or "",
    )
    return SenderReport([message])
