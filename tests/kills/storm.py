"""Kills a server at random moments of a storm of alerts, and compares its store and the notices with what it
acknowledged.

python -m tests.kills.storm 50                  so many kills
python -m tests.kills.storm 50 7 --minutes 10   from another seed, and no longer
"""

import base64
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from graph_models.journal import NoticeKind, NoticeState
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import FIXED_NOW, open_store
from impactgraph.notices.channels import WebhookSender
from impactgraph.notices.config import NoticeRules, Rule
from impactgraph.notices.worker import SentNotices
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.notices import NoticeStatus, statuses_of
from tests.alert_payloads import SECRET, alertmanager
from tests.long_runs import options, trials
from tests.receiver import Receiver, receiver
from tests.stores.events import at, entered, placed

SYSTEMS = 12
"""Each runs a workflow of its own: an incident each, and orders behind it."""
ALERTS = 120
"""Different ones; most come several times."""
SENT_PER_KILL = 40
LONGEST = 15.0
"""Seconds that a notice is waited for at which the server is killed."""
NOW = at(600)
HOOK = f"whsec_{base64.b64encode(bytes(32)).decode()}"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


@dataclass
class Result:
    """What came of the kills."""

    kills: int = 0
    starts: int = 0
    """Kills before the server listened."""
    acknowledged: int = 0
    """Alerts that were answered with 202."""
    notices: int = 0
    repeats: int = 0
    """Notices that came again with the id that a receiver drops."""
    wrong: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        end = f"WRONG: {'; '.join(self.wrong)}" if self.wrong else "nothing lost, no notice twice"
        return (
            f"{self.kills} kills, {self.starts} of them before the server listened; "
            f"{self.acknowledged} alerts acknowledged, {self.notices} notices received, "
            f"{self.repeats} of them again with the same id: {end}"
        )


class Storm:
    """Alerts one after another, and what the server acknowledged of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.stored: dict[int, set[bool]] = {}
        """By number of the alert, the states (whether it has ended) that the store may have."""
        self.acknowledged = 0
        self._has_ended: set[int] = set()

    def send(self, address: str, kill: Callable[[], None], after: int) -> None:
        """So many as are sent between two kills, or until the server is gone: `kill` is called soon after it
        was sent `after` of them.
        """
        with suppress(httpx.TransportError), httpx.Client(base_url=address, headers=HEADERS) as client:
            for number in range(SENT_PER_KILL):
                if number == after:
                    threading.Timer(self.chance.uniform(0.0, 0.3), kill).start()
                self._post(client, self.chance.randrange(ALERTS))

    def _post(self, client: httpx.Client, number: int) -> None:
        if number in self.stored and self.chance.random() < 0.3:
            self._has_ended.add(number)
        has_ended = number in self._has_ended
        before = self.stored.get(number, set())
        if before:
            self.stored[number] = {*before, has_ended}  # until it is acknowledged, either may be stored
        answer = client.post("/webhooks/alertmanager/prod", content=_body(number, has_ended=has_ended))
        if answer.status_code == 503:
            return
        assert answer.status_code == 202, answer.text
        self.stored[number] = {has_ended}
        self.acknowledged += 1


def _body(number: int, *, has_ended: bool) -> bytes:
    """Of every tenth the element is unknown: it is quarantined."""
    began_at = NOW - HOUR + number * MINUTE // 4
    service = "unknown" if _is_unknown(number) else f"s{number % SYSTEMS}"
    group = alertmanager("resolved" if has_ended else "firing", service=service)
    group["alerts"][0] |= {"fingerprint": f"f-{number}", "startsAt": iso(began_at)}
    if has_ended:
        group["alerts"][0]["endsAt"] = iso(began_at + 5 * MINUTE)
    return json.dumps(group).encode()


def _is_unknown(number: int) -> bool:
    return number % 10 == 9


def kill_often(home: Path, kills: int, seed: int, minutes: float = math.inf) -> Result:
    """So many kills, or as many as the minutes allow."""
    _prepare(home)
    storm, result = Storm(seed), Result()
    with receiver() as inbox:
        (home / "notices.yaml").write_text(
            f"channels: {{hook: {{kind: webhook, url: 'http://{inbox.address}/', secret: {{env: HOOK}}}}}}\n"
            "rules: {all: {to: [hook]}}\nevery: 1s\n"
        )
        for _ in trials(range(kills), minutes, lambda: result):
            result.starts += not _life(home, storm, inbox)
            result.kills += 1
            result.acknowledged, result.notices = storm.acknowledged, len(inbox.taken)
            result.repeats = _repeats(inbox)
        inbox.on_taken = lambda: None
        with closing(open_store(str(home / "store"), now=lambda: NOW)) as store:
            _send_the_rest(store, inbox)
            result.notices = len(inbox.taken)
            result.repeats = _repeats(inbox)
            result.wrong = [*_wrong_alerts(store, storm), *_wrong_notices(store, inbox)]
    return result


def _repeats(inbox: Receiver) -> int:
    return len(inbox.taken) - len(set(inbox.ids))


def _prepare(home: Path) -> None:
    numbers = range(SYSTEMS)
    systems = ", ".join(f"s{n}: {{}}" for n in numbers)
    workflows = "\n".join(f"  w{n}: {{steps: {{work: {{runs_on: s{n}}}}}}}" for n in numbers)
    shop = f"systems: {{{systems}}}\nworkflows:\n{workflows}\n"
    with closing(open_store(str(home / "store"), now=lambda: NOW)) as store:
        apply_documents(store, {"shop.yaml": shop}, NOW - 48 * HOUR)
        for n in numbers:
            order = f"O-{n}"
            store.ingest(
                [placed(order, 500, workflow=f"w{n}", location=None), entered("work", 501, f"{order}/1")]
            )
    (home / "sources.yaml").write_text(
        "sources: {prod: {kind: alerts, sender: alertmanager, rules: rules.yaml, check: bearer,"
        " secrets: [{env: ALERT_SECRET}]}}"
    )
    (home / "rules.yaml").write_text(
        "rules: [{match: {labels: {service: '*'}}, element: 'system:{service}', class: outage}]"
    )


def _life(home: Path, storm: Storm, inbox: Receiver) -> bool:
    """Starts the server, sends it alerts and kills it; whether it had listened before."""
    with _server(home) as server:
        way = storm.chance.random()
        if way < 0.2:  # while it starts
            threading.Timer(storm.chance.uniform(0.0, 3.0), server.kill).start()
        address = re.search(r"http://[^/ ]+", _first_line(server))
        if address is None:
            return False
        after = storm.chance.randrange(SENT_PER_KILL)
        if way > 0.6:  # between the receipt of a notice and its record; else while alerts come
            after = SENT_PER_KILL
            inbox.on_taken = server.kill
        storm.send(address[0], server.kill, after)
        with suppress(subprocess.TimeoutExpired):
            server.wait(LONGEST)
        return True


@contextmanager
def _server(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "impactgraph", "serve", "--port", "0", "--store", str(home / "store")]
    files = ["--sources", str(home / "sources.yaml"), "--notices", str(home / "notices.yaml")]
    variables = {"ALERT_SECRET": SECRET, "HOOK": HOOK, FIXED_NOW: iso(NOW)}
    with (home / "log").open("ab") as log:
        server = subprocess.Popen(
            [*command, *files],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **variables},
        )
    try:
        yield server
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


def _first_line(server: subprocess.Popen[str]) -> str:
    """Empty where it was killed before."""
    assert server.stdout is not None
    return server.stdout.readline()


def _send_the_rest(store: Store, inbox: Receiver) -> None:
    """What a server that goes on would send."""
    rules = NoticeRules(channels={}, rules=(Rule("all", ("hook",)),))
    sender = WebhookSender(f"http://{inbox.address}/", HOOK)
    worker = SentNotices(store, rules, {"hook": sender}, now=lambda: NOW)
    while worker.round(rules):
        pass


def _wrong_alerts(store: Store, storm: Storm) -> Iterator[str]:
    failures = {failure.key: failure for failure in store.failures()}
    quarantined = {key for each in store.quarantined(ALERTS) for key in re.findall(r"f-\d+", each.text)}
    for number, states in sorted(storm.stored.items()):
        if _is_unknown(number):
            if f"f-{number}" not in quarantined:
                yield f"the alert {number} is not in quarantine"
            continue
        failure = failures.pop(f"alertmanager:prod:f-{number}", None)
        if failure is None:
            yield f"the alert {number} is lost"
        elif (failure.ended_at is not None) not in states:
            yield f"the alert {number} is in the wrong state"
        elif failure.former_episodes:
            yield f"the alert {number} is there twice"


def _wrong_notices(store: Store, inbox: Receiver) -> Iterator[str]:
    outbox = {each.key: each for each in statuses_of(store.journal().notices)}
    bodies: dict[str, set[str]] = {}
    for taken in inbox.taken:
        bodies.setdefault(taken.headers["webhook-id"], set()).add(taken.body)
    for key, status in outbox.items():
        if status.is_open:
            yield f"the notice {key} was not sent"
        if status.state is NoticeState.SENT and key not in bodies:
            yield f"the notice {key} did not arrive"
    yield from (f"the notice {key} is not in the outbox" for key in bodies.keys() - outbox.keys())
    yield from (f"the notice {key} has two texts" for key, texts in bodies.items() if len(texts) > 1)
    first = Counter(_conversation(outbox[key]) for key in bodies if outbox[key].kind is NoticeKind.NEW)
    yield from (f"{name[0]} was new twice" for name, count in first.items() if count > 1)


def _conversation(status: NoticeStatus) -> tuple[str, str, str]:
    return status.incident, status.rule, status.channel


def main() -> int:
    """Prints what came of it; the exit status."""
    arguments = options(__doc__, "KILLS", 50, seed=1).parse_args()
    with tempfile.TemporaryDirectory(prefix="impactgraph-storm-") as folder:
        result = kill_often(Path(folder), arguments.count, arguments.seed, arguments.minutes)
    print(result)  # noqa: T201
    return int(bool(result.wrong))


if __name__ == "__main__":
    sys.exit(main())
