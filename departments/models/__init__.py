from .department import Department, Portal, StaffPlace
from .letter import LetterTemplate
from .policy import Policy
from .replies import PredefinedReply, PredefinedText, PredefinedUse, ReplyCategory, Signature
from .rule import Rule, RuleAction, RuleCondition
from .sorting import Category, Priority, Status, StatusInDepartment, TicketType, Tone
from .working import Activity, ChecklistTemplate, Team

__all__ = [
    "Activity",
    "Category",
    "ChecklistTemplate",
    "Department",
    "LetterTemplate",
    "Policy",
    "Portal",
    "PredefinedReply",
    "PredefinedText",
    "PredefinedUse",
    "Priority",
    "ReplyCategory",
    "Rule",
    "RuleAction",
    "RuleCondition",
    "Signature",
    "StaffPlace",
    "Status",
    "StatusInDepartment",
    "Team",
    "TicketType",
    "Tone",
]
