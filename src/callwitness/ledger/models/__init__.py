"""Tables of the ledger, one file a noun. Times are integer ms UTC, seconds are floats, as everywhere inside."""

from callwitness.ledger.models.audit import Audit
from callwitness.ledger.models.call import Call, CallAgent, CallAlias, CallVersion, Comment, Ladder, Witness
from callwitness.ledger.models.delivery import Delivery, Mail, SavedView, Schedule
from callwitness.ledger.models.derivation import (
    ClockPoint,
    DirtyDay,
    ReliabilityWeek,
    SourceDay,
    UnpublishedDay,
    Window,
)
from callwitness.ledger.models.evidence import Evidence, Record, RejectedRow
from callwitness.ledger.models.finding import Finding, FindingNote
from callwitness.ledger.models.hearing import Hearing, HearingDecision, Piece
from callwitness.ledger.models.line import Line, Number
from callwitness.ledger.models.lost import LostCase, LostDecision
from callwitness.ledger.models.people import Agent, Extension, Membership, Team
from callwitness.ledger.models.recording import Recording
from callwitness.ledger.models.source import Source
from callwitness.ledger.models.transcript import SpeechEngine, Transcript
from callwitness.ledger.models.workspace import Party, Project, Workspace

__all__ = [
    "Agent",
    "Audit",
    "Call",
    "CallAgent",
    "CallAlias",
    "CallVersion",
    "ClockPoint",
    "Comment",
    "Delivery",
    "DirtyDay",
    "Evidence",
    "Extension",
    "Finding",
    "FindingNote",
    "Hearing",
    "HearingDecision",
    "Ladder",
    "Line",
    "LostCase",
    "LostDecision",
    "Mail",
    "Membership",
    "Number",
    "Party",
    "Piece",
    "Project",
    "Record",
    "Recording",
    "RejectedRow",
    "ReliabilityWeek",
    "SavedView",
    "Schedule",
    "Source",
    "SourceDay",
    "SpeechEngine",
    "Team",
    "Transcript",
    "UnpublishedDay",
    "Window",
    "Witness",
    "Workspace",
]
