"""A real Keycloak for tests, with the realm `shop` (tests/keycloak_realm.json): the first test starts it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from graph_models.time import SECOND, Millis
from tests.keycloak_home import FOLDER, keycloak_command, keycloak_environment, own_home, prepared_home

START_SECONDS = 240
CLIENT, SECRET = "impactgraph", "only-for-tests"
PASSWORD = "only-for-tests"


@dataclass
class Keycloak:
    address: str

    @property
    def issuer(self) -> str:
        return f"{self.address}/realms/shop"

    def token(self, user: str, client: str = CLIENT) -> str:
        """An access token of a user, as a program gets it."""
        form = {"grant_type": "password", "client_id": client, "username": user, "password": PASSWORD}
        secret = {"client_secret": SECRET} if client == CLIENT else {}
        answer = httpx.post(f"{self.issuer}/protocol/openid-connect/token", data=form | secret, timeout=60)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def now(self) -> Millis:
        """What its clock says."""
        return jwt.decode(self.token("ada"), options={"verify_signature": False})["iat"] * SECOND

    def rotate_keys(self) -> None:
        """New keys sign from now on; the former ones are no longer published."""
        admin = self._admin()
        realm = admin.get("").json()["id"]
        before = admin.get("/components", params={"type": "org.keycloak.keys.KeyProvider"}).json()
        config = {"priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]}
        admin.post("/components", json=self._component("rotated", realm, config)).raise_for_status()
        for each in before:
            if each["providerId"] == "rsa-generated":
                admin.delete(f"/components/{each['id']}").raise_for_status()

    @staticmethod
    def _component(name: str, realm: str, config: dict[str, list[str]]) -> dict[str, Any]:
        return {
            "name": name,
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": realm,
            "config": config,
        }

    def _admin(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.address}/admin/realms/shop",
            headers={"authorization": f"Bearer {self.token('keeper', 'keeper-cli')}"},
            timeout=60,
        )


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """The worker's own server, running."""
    prepared_home()
    folder = Path(tempfile.mkdtemp(prefix="server-", dir=FOLDER))
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = folder / "console.log"
        options = (
            "--optimized",
            "--http-enabled=true",
            "--http-host=127.0.0.1",
            f"--http-port={port}",
            "--hostname-strict=false",
            "--http-management-port=0",
            "--cache=local",
        )
        with log.open("wb") as output:
            process = subprocess.Popen(
                keycloak_command(own_home(folder), "start", *options),
                env=keycloak_environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        server = Keycloak(f"http://127.0.0.1:{port}")
        try:
            _wait_until_it_answers(server, process, log)
            yield server
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # its data go with it
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(server: Keycloak, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_SECONDS * 4):
        try:
            if httpx.get(f"{server.issuer}/.well-known/openid-configuration", timeout=30).is_success:
                return
        except httpx.TransportError:
            pass
        try:
            process.wait(0.25)
            break
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"Keycloak did not come up:\n{log.read_text()[-4000:]}")
