from .department import Department, Portal, StaffPlace
from .letter import LetterTemplate
from .policy import Policy
from .rule import Rule, RuleAction, RuleCondition
from .sorting import Category, Priority, Status, StatusInDepartment, TicketType

__all__ = [
    "Category",
    "Department",
    "LetterTemplate",
    "Policy",
    "Portal",
    "Priority",
    "Rule",
    "RuleAction",
    "RuleCondition",
    "StaffPlace",
    "Status",
    "StatusInDepartment",
    "TicketType",
]
