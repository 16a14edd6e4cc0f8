"""Measures of incidents and of what they cost."""

import strawberry

from api.schema.money import Money
from api.schema.scalars import Moment, Span, span_of
from api.schema.work_enums import PeriodUnit
from impactgraph.usecases import measures


@strawberry.type(description="How long something took, over the incidents for which it is known.")
class Spread:
    count: int = strawberry.field(description="For how many incidents it is known.")
    median: Span | None = strawberry.field(description="Null where it is known for none.")
    longest: Span | None = strawberry.field(description="Null where it is known for none.")

    @classmethod
    def of(cls, model: measures.Spread) -> "Spread":
        return cls(count=model.count, median=span_of(model.median), longest=span_of(model.longest))


@strawberry.type(description="Figures of some incidents.")
class IncidentFigures:
    incidents: int = strawberry.field(description="Number of incidents.")
    failures: int = strawberry.field(description="Their failures on record.")
    alerts: int = strawberry.field(description="Failures among them that were made from alerts.")
    alerts_per_incident: float | None = strawberry.field(description="Null without incidents.")
    quiet_share: float | None = strawberry.field(
        description="Share of the alerts whose incident affects nothing, as far as is known, or is planned "
        "maintenance; null without alerts."
    )
    actions: int = strawberry.field(description="Number of actions that people recorded.")
    detect: Spread = strawberry.field(description="From the first error or alert to the first report.")
    acknowledge: Spread = strawberry.field(description="From the first report to the action.")
    mitigate: Spread = strawberry.field(description="From the first report to the action.")
    heal: Spread = strawberry.field(
        description="From the first report to the end of the last failure, or to its close if that is later; "
        "not known while it is open."
    )
    orders: float = strawberry.field(
        description="Expected number of orders affected; an order of two incidents counts twice."
    )
    promises_missed: float = strawberry.field(
        description="Expected number of promises missed because of them."
    )
    counted: int = strawberry.field(
        description="Number of incidents in the sums of orders and promises: for the others they are "
        "not computed."
    )

    @classmethod
    def of(cls, model: measures.IncidentFigures) -> "IncidentFigures":
        return cls(
            incidents=model.incidents,
            failures=model.failures,
            alerts=model.alerts,
            alerts_per_incident=model.alerts_per_incident,
            quiet_share=model.quiet_share,
            actions=model.actions,
            detect=Spread.of(model.detect),
            acknowledge=Spread.of(model.acknowledge),
            mitigate=Spread.of(model.mitigate),
            heal=Spread.of(model.heal),
            orders=model.orders,
            promises_missed=model.promises,
            counted=model.counted,
        )


@strawberry.type(description="A week or a month.")
class MeasurePeriod:
    key: str = strawberry.field(description="Such as 2026-W48, or 2026-11.")
    start: Moment = strawberry.field(description="Its start.")
    end: Moment = strawberry.field(description="Its end.")
    figures: IncidentFigures = strawberry.field(description="Figures of the incidents that began in it.")


@strawberry.type(
    description="Incidents with the same likeliest cause, owner of that cause, or failed element."
)
class IncidentGroup:
    grouping: str = strawberry.field(description="`cause`, `owner` or `element`.")
    key: str = strawberry.field(description="Full id of the element, or bare key of the team.")
    name: str = strawberry.field(description="Display name of the element or team; empty for no team.")
    figures: IncidentFigures = strawberry.field(description="Figures of these incidents.")


@strawberry.type(description="Promises of one channel whose time is in a period.")
class ServiceLevel:
    period: str = strawberry.field(description="Key of the period.")
    channel: str = strawberry.field(description="The channel.")
    promises: int = strawberry.field(description="Promises whose time is over.")
    kept: int = strawberry.field(description="Those that were kept.")
    share: float = strawberry.field(description="Kept as a share of all.")


@strawberry.type(description="Exceptions of a step in a period.")
class StepErrors:
    period: str = strawberry.field(description="Key of the period.")
    step: strawberry.ID = strawberry.field(description="Full id of the step.")
    name: str = strawberry.field(description="Display name of the step, with that of its workflow.")
    entered: int = strawberry.field(
        description="Fulfillments that entered it in the period; one that entered it several times did so "
        "when it last did."
    )
    failed: int = strawberry.field(description="Those of them that have an error in it.")
    rate: float = strawberry.field(description="Failed as a share of entered.")


@strawberry.type(description="Money in late postings of one type.")
class LatePostings:
    period: str = strawberry.field(description="Key of the period.")
    type: str = strawberry.field(description="Type of the postings.")
    postings: int = strawberry.field(description="How many were late in the period.")
    money_days: list[Money] = strawberry.field(
        description="Amounts times the days of the period for which they were late, by currency."
    )


@strawberry.type(description="A forecast that was made during an incident, and its outcome.")
class ForecastCheck:
    incident: strawberry.ID = strawberry.field(description="Full id of the incident.")
    headline: str = strawberry.field(description="Its likeliest cause, in one sentence.")
    at: Moment = strawberry.field(description="The moment of the forecast.")
    orders: int = strawberry.field(description="Affected orders whose promise time is over.")
    expected: float = strawberry.field(description="Promises missed among these, as forecast then.")
    happened: int = strawberry.field(description="Promises missed among these.")


@strawberry.type(description="Measures of incidents and of what they cost.")
class Measures:
    as_of: Moment = strawberry.field(description="The moment of the answer.")
    by: PeriodUnit = strawberry.field(description="What the periods are.")
    periods: list[MeasurePeriod] = strawberry.field(description="Oldest first; the last one is not over.")
    groups: list[IncidentGroup] = strawberry.field(
        description="Incidents of all periods by cause, owner and element, most incidents first."
    )
    service: list[ServiceLevel] = strawberry.field(description="Promises kept, by channel.")
    steps: list[StepErrors] = strawberry.field(description="Exceptions by step.")
    postings: list[LatePostings] = strawberry.field(description="Money in late postings, by type.")
    forecasts: list[ForecastCheck] = strawberry.field(
        description="Forecasts compared with what happened, where both are known; newest first."
    )
    notes: list[str] = strawberry.field(description="Why something is empty or incomplete.")

    @classmethod
    def of(cls, model: measures.Measures) -> "Measures":
        return cls(
            as_of=Moment(model.at),
            by=model.unit,
            periods=[
                MeasurePeriod(
                    key=period.key,
                    start=Moment(period.start),
                    end=Moment(period.end),
                    figures=IncidentFigures.of(figures),
                )
                for period, figures in model.periods
            ],
            groups=[
                IncidentGroup(
                    grouping=each.grouping.value,
                    key=each.key,
                    name=each.name,
                    figures=IncidentFigures.of(each.figures),
                )
                for each in model.groups
            ],
            service=[_service(each) for each in model.service],
            steps=[_step(each) for each in model.steps],
            postings=[_postings(each) for each in model.postings],
            forecasts=[_check(each) for each in model.forecasts],
            notes=list(model.notes),
        )


def _service(model: measures.ServiceLevel) -> ServiceLevel:
    return ServiceLevel(
        period=model.period,
        channel=model.channel,
        promises=model.promises,
        kept=model.kept,
        share=model.share,
    )


def _step(model: measures.StepErrors) -> StepErrors:
    return StepErrors(
        period=model.period,
        step=strawberry.ID(model.step),
        name=model.name,
        entered=model.entered,
        failed=model.failed,
        rate=model.rate,
    )


def _postings(model: measures.LatePostings) -> LatePostings:
    return LatePostings(
        period=model.period,
        type=model.type,
        postings=model.postings,
        money_days=[Money.of(money) for money in model.money_days],
    )


def _check(model: measures.ForecastCheck) -> ForecastCheck:
    return ForecastCheck(
        incident=strawberry.ID(f"incident:{model.incident}"),
        headline=model.headline,
        at=Moment(model.at),
        orders=model.orders,
        expected=model.expected,
        happened=model.happened,
    )
