"""Every stored table, one file per aggregate; importing this package declares them all."""

from api.tables.api_key import ApiKey
from api.tables.audit import AuditEvent
from api.tables.comment import ClerkName, Comment, CommentOriginal
from api.tables.erased import ErasedResponse
from api.tables.import_run import ImportRun
from api.tables.interview import InterviewAssignment, InterviewAttempt
from api.tables.invitation import InvitationCase, InvitationPending, InvitationToken, InvitationTotal
from api.tables.kiosk import (
    KioskConfig,
    KioskDevice,
    KioskEnrolment,
    KioskRefusal,
    KioskService,
    KioskSpan,
    KioskState,
    KioskTicket,
    KioskTrouble,
)
from api.tables.nightly import NightlyRun
from api.tables.paper import PaperBatch, PaperDifference, PaperEntry, PaperPrinting, PaperSheet
from api.tables.privacy_request import PrivacyRequest
from api.tables.procedure import Procedure
from api.tables.response import Response, ResponseText
from api.tables.signal import ResponseExclusion, Signal, SignalResponse, SignalReview
from api.tables.staff import (
    StaffAccount,
    StaffBrowser,
    StaffGrant,
    StaffInvitation,
    StaffOwnCounter,
    StaffRecoveryCode,
    StaffSession,
)
from api.tables.transaction_count import TransactionCount
from api.tables.unit import Counter, Unit, UnitSuccession

__all__ = [
    "ApiKey",
    "AuditEvent",
    "ClerkName",
    "Comment",
    "CommentOriginal",
    "Counter",
    "ErasedResponse",
    "ImportRun",
    "InterviewAssignment",
    "InterviewAttempt",
    "InvitationCase",
    "InvitationPending",
    "InvitationToken",
    "InvitationTotal",
    "KioskConfig",
    "KioskDevice",
    "KioskEnrolment",
    "KioskRefusal",
    "KioskService",
    "KioskSpan",
    "KioskState",
    "KioskTicket",
    "KioskTrouble",
    "NightlyRun",
    "PaperBatch",
    "PaperDifference",
    "PaperEntry",
    "PaperPrinting",
    "PaperSheet",
    "PrivacyRequest",
    "Procedure",
    "Response",
    "ResponseExclusion",
    "ResponseText",
    "Signal",
    "SignalResponse",
    "SignalReview",
    "StaffAccount",
    "StaffBrowser",
    "StaffGrant",
    "StaffInvitation",
    "StaffOwnCounter",
    "StaffRecoveryCode",
    "StaffSession",
    "TransactionCount",
    "Unit",
    "UnitSuccession",
]
