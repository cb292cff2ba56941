"""All that an operator configures: departments, policy, staff places, statuses, priorities, types, rules.

No ticket state here. `tickets` reads it through `department.policy.<name>` and the models.
"""
