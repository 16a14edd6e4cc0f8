"""When a batch or file leaves."""

from datetime import timedelta

from cronsim import CronSim

from graph_models.time import DAY, SECOND, millis, moment
from graph_models.topology import Schedule


def next_run(schedule: Schedule, at: float) -> float:
    """The first run at or after the moment: at whole multiples of the interval from midnight UTC (from Monday
    1970-01-05 where it does not divide a day), or as the cron expression says.
    """
    if schedule.cron:
        before = moment(int(at)) - timedelta(milliseconds=1)
        return float(next(run for run in map(millis, CronSim(schedule.cron, before)) if run >= at))
    assert schedule.every is not None
    monday = 4 * DAY
    return monday - (monday - at) // schedule.every * schedule.every


def after(schedule: Schedule, run: float) -> float:
    """The run after that one."""
    return next_run(schedule, run + SECOND)
