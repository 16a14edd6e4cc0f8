"""Evidence of likely causes of missing records, as text."""

from graph_models.time import Millis, moment


def common_path_evidence(
    element: str, *, missing: int, due: int, other_missing: int, other_due: int, since: Millis
) -> str:
    """Missing records over an element among those due in the last day, compared with all others."""
    start = f"{moment(since):%Y-%m-%d %H:%M} UTC"
    own = f"{missing:,} of {due:,} records due over {element} in the last day are missing since {start}"
    return f"{own}, {other_missing:,} of {other_due:,} of the others."
