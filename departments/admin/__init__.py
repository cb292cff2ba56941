"""Django admin, arranged for an operator: departments and the site's settings, and what tickets are sorted by."""

from . import activities, checklists, department, people, site, sorting, teams

__all__ = ["activities", "checklists", "department", "people", "site", "sorting", "teams"]
