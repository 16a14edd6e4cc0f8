"""What all tests share.

No example of a property has a deadline, since a busy machine is no failure. A check of a change looks at the
same examples each time, so that what it says is about the change; HYPOTHESIS_PROFILE=explore looks for new
ones.
"""

import os

from hypothesis import settings

settings.register_profile("impactgraph", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "impactgraph"))

pytest_plugins = ["tests.neo4j_server"]
