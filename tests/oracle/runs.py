"""When a batch or file leaves."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from graph_models.time import DAY, HOUR, MINUTE, SECOND, millis, moment
from graph_models.topology import Schedule


def next_run(schedule: Schedule, at: float) -> float:
    """The first run at or after the moment: at whole multiples of the interval from midnight (from Monday
    1970-01-05 UTC where it does not divide a day), or as the cron expression says.
    """
    if schedule.timezone is not None and schedule.every is not None:
        return _on_the_clock(schedule, at)
    if schedule.cron:
        before = moment(int(at)) - timedelta(milliseconds=1)
        if schedule.timezone is not None:  # cronsim steps over a change only when it begins before it
            before = (before - timedelta(hours=3)).astimezone(ZoneInfo(schedule.timezone))
        return float(next(run for run in map(millis, CronSim(schedule.cron, before)) if run >= at))
    assert schedule.every is not None
    monday = 4 * DAY
    return monday - (monday - at) // schedule.every * schedule.every


def _on_the_clock(schedule: Schedule, at: float) -> float:
    """The next minute at which the clock of the zone shows a whole multiple; what is further apart than an
    hour runs the first time only, or when the clock has jumped over it.
    """
    assert schedule.timezone and schedule.every and DAY % schedule.every == 0
    zone, every, t = ZoneInfo(schedule.timezone), schedule.every, -(-int(at) // MINUTE) * MINUTE
    while t < at or not _shows(zone, every, t):
        t += MINUTE
    return float(t)


def _shows(zone: ZoneInfo, every: int, t: int) -> bool:
    here, before = (moment(each).astimezone(zone) for each in (t, t - MINUTE))
    shown = (here.hour * 60 + here.minute) * MINUTE
    if every <= HOUR:
        return shown % every == 0
    jumped = round((here.replace(tzinfo=None) - before.replace(tzinfo=None)).total_seconds()) * SECOND
    return not here.fold and any(
        shown - back * MINUTE >= 0 and (shown - back * MINUTE) % every == 0
        for back in range(max(jumped // MINUTE, 1))
    )


def after(schedule: Schedule, run: float) -> float:
    """The run after that one."""
    return next_run(schedule, run + SECOND)
