"""GraphQL enums of the work on incidents: actions, notices, repair and measures, with their descriptions."""

from api.schema.describe_enum import describe
from graph_models.incident_life import IncidentState, ReportFormat
from graph_models.journal import ChangeKind, IncidentActionKind, NoticeKind, NoticeLevel, NoticeState
from graph_models.playbooks import StepEffectKind
from graph_models.repair import CommunicationAction, CommunicationReason, ReplayReason
from impactgraph.usecases.measures import PeriodUnit

__all__ = [
    "ChangeKind",
    "CommunicationAction",
    "CommunicationReason",
    "IncidentActionKind",
    "IncidentState",
    "NoticeKind",
    "NoticeLevel",
    "NoticeState",
    "PeriodUnit",
    "ReplayReason",
    "ReportFormat",
    "StepEffectKind",
]

describe(
    IncidentState,
    "How far the work on an incident is.",
    {
        "OPEN": "Nobody has acknowledged it.",
        "ACKNOWLEDGED": "Somebody is looking after it.",
        "MITIGATED": "Somebody recorded that its harm is contained.",
        "RESOLVED": "Its failures have ended, but not everything that they affected has recovered.",
        "CLOSED": "Nothing is left to do, or somebody closed it.",
        "QUIET": "Nothing explains it, it affects nothing, or maintenance is planned.",
    },
)
describe(
    IncidentActionKind,
    "What somebody did about an incident.",
    {
        "ACKNOWLEDGED": "Acknowledged it.",
        "ASSIGNED": "Assigned it to a team or a person.",
        "NOTED": "Wrote a note.",
        "MITIGATED": "Recorded that its harm is contained.",
        "CLOSED": "Closed it.",
        "REOPENED": "Reopened it.",
        "MERGED": "Merged it with others.",
        "SPLIT": "Split failures off.",
        "STEP_STARTED": "Started a step of a playbook.",
        "STEP_DONE": "Completed a step of a playbook.",
        "STEP_UNDONE": "Took back that a step of a playbook was done.",
    },
)
describe(
    ChangeKind,
    "What people changed.",
    {
        "DEPLOYMENT": "A version of software.",
        "CONFIGURATION": "A configuration.",
        "PRICES": "Prices.",
        "PROMOTION": "A promotion began.",
        "OTHER": "Something else.",
    },
)
describe(
    StepEffectKind,
    "What a step of a playbook changes.",
    {
        "END": "The failure of an element ends.",
        "DRAIN": "The backlog of an element is cleared faster.",
        "ALTERNATIVE": "Another way is opened in place of the failed element.",
        "MOVE": "Orders are moved to another workflow.",
        "HOLD": "Records or messages are held.",
    },
)
describe(
    ReportFormat,
    "Form of the report of an incident.",
    {"MARKDOWN": "Text for people.", "JSON": "The same for programs, as a JSON document."},
)
describe(
    NoticeState,
    "The outcome of a notice.",
    {
        "WAITING": "It has not been sent yet.",
        "SENT": "Its receiver has accepted it.",
        "FAILED": "Its receiver did not accept it; it will be tried again.",
        "GIVEN_UP": "It is no longer tried.",
    },
)
describe(
    NoticeKind,
    "What a notice says of its incident.",
    {
        "NEW": "The incident is new to its receiver.",
        "CHANGED": "Its level or its likeliest cause has changed.",
        "RESOLVED": "It is over.",
        "STEP": "It asks to carry out a step of a playbook, which somebody has started.",
    },
)
describe(
    NoticeLevel,
    "How much is at stake in an incident, by expected promises missed and orders.",
    {
        "NONE": "Nothing, as far as is known.",
        "LOW": "Fewer than 10 promises, and fewer than 100 orders.",
        "MEDIUM": "At least 10 promises or 100 orders.",
        "HIGH": "At least 100 promises or 1,000 orders.",
        "CRITICAL": "At least 1,000 promises or 10,000 orders.",
    },
)
describe(
    PeriodUnit,
    "Length of the periods of measures.",
    {"WEEK": "A week that begins on Monday, in UTC.", "MONTH": "A month, in UTC."},
)
describe(
    ReplayReason,
    "Why something does not come by itself.",
    {
        "DEAD_LETTERED": "Its message is in a dead-letter queue.",
        "REJECTED": "A schema or a business rule refused it.",
        "LOST": "It was lost on an integration that neither retries nor keeps messages.",
        "MISSING": "The failure behind it has ended, it is overdue, and nothing suggests that it will come.",
        "DUPLICATED": "It was recorded more often than it should be: the surplus must be reversed.",
    },
)
describe(
    CommunicationAction,
    "What is to be done about a message to a customer.",
    {
        "HOLD": "It would go out by itself and would be wrong.",
        "SEND": "The customer should have it and has not been informed.",
        "CORRECT": "It went out, and what it says is not true.",
    },
)
describe(
    CommunicationReason,
    "Why a message to a customer is to be held, sent or corrected.",
    {
        "PROMISE_MISSED": "The promise is missed because of the failures with a likelihood of at least half.",
        "NOT_TRUE_YET": "It announces a step that the order has not reached.",
        "STATES_PROMISE": "It names the promise, which will probably be missed.",
        "OVERTAKEN": "It announces a step that the order has already left.",
        "WRONG_CONTENT": "Its content is wrong.",
        "DUPLICATED": "It comes twice.",
        "NOT_SENT": "It was due, and has not been recorded.",
    },
)
