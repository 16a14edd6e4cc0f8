"""Measures as JSON, in the shape of GraphQL."""

from impactgraph.cli.encode.values import Json, amount_text, iso_duration, iso_moment
from impactgraph.usecases.measures import IncidentFigures, LatePostings, Measures, Spread


def measures_json(model: Measures) -> Json:
    """GraphQL's Measures."""
    return {
        "asOf": iso_moment(model.at),
        "by": model.unit.name,
        "periods": [
            {
                "key": period.key,
                "start": iso_moment(period.start),
                "end": iso_moment(period.end),
                "figures": _figures(figures),
            }
            for period, figures in model.periods
        ],
        "groups": [
            {
                "grouping": each.grouping.value,
                "key": each.key,
                "name": each.name,
                "figures": _figures(each.figures),
            }
            for each in model.groups
        ],
        "service": [
            {
                "period": each.period,
                "channel": each.channel,
                "promises": each.promises,
                "kept": each.kept,
                "share": each.share,
            }
            for each in model.service
        ],
        "steps": [
            {
                "period": each.period,
                "step": each.step,
                "name": each.name,
                "entered": each.entered,
                "failed": each.failed,
                "rate": each.rate,
            }
            for each in model.steps
        ],
        "postings": [_postings(each) for each in model.postings],
        "forecasts": [
            {
                "incident": f"incident:{each.incident}",
                "headline": each.headline,
                "at": iso_moment(each.at),
                "orders": each.orders,
                "expected": each.expected,
                "happened": each.happened,
            }
            for each in model.forecasts
        ],
        "notes": list(model.notes),
    }


def _figures(model: IncidentFigures) -> Json:
    return {
        "incidents": model.incidents,
        "failures": model.failures,
        "alerts": model.alerts,
        "alertsPerIncident": model.alerts_per_incident,
        "quietShare": model.quiet_share,
        "actions": model.actions,
        "detect": _spread(model.detect),
        "acknowledge": _spread(model.acknowledge),
        "mitigate": _spread(model.mitigate),
        "heal": _spread(model.heal),
        "orders": model.orders,
        "promisesMissed": model.promises,
        "counted": model.counted,
    }


def _spread(model: Spread) -> Json:
    return {
        "count": model.count,
        "median": iso_duration(model.median),
        "longest": iso_duration(model.longest),
    }


def _postings(model: LatePostings) -> Json:
    return {
        "period": model.period,
        "type": model.type,
        "postings": model.postings,
        "moneyDays": [
            {"amount": amount_text(money), "currency": money.currency} for money in model.money_days
        ],
    }
