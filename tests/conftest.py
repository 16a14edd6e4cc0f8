"""What all tests share.

No example of a property has a deadline, since a busy machine is no failure. A check of a change looks at the
same examples each time, so that what it says is about the change; HYPOTHESIS_PROFILE=explore looks for new
ones, and HYPOTHESIS_PROFILE=nightly (`make laws`) for new ones and 50 times as many.
"""

import os

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from impactgraph.bootstrap import FIXED_NOW
from tests.laws_count import NIGHTLY, take_more

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "impactgraph")

os.environ[FIXED_NOW] = "unreadable, so that a test fails when it does not pass its moment in"

settings.register_profile("impactgraph", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.register_profile("nightly", deadline=None, print_blob=True)
settings.load_profile(PROFILE)
if PROFILE == "impactgraph":
    # Hypothesis also tries the constants of our modules that are loaded: other ones in each process.
    providers.is_local_module_file = lambda path: False  # pyright: ignore[reportPrivateImportUsage]

pytest_plugins = [
    "tests.neo4j_server",
    "tests.kafka_server",
    "tests.postgres_server",
    "tests.keycloak_server",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The nightly profile takes more examples of every property, whatever its own settings say."""
    if PROFILE == "nightly":
        for item in items:
            if isinstance(item, pytest.Function):
                take_more(item.obj, NIGHTLY)
