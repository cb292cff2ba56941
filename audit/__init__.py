"""The shape of an event and its hash chain.

No event of the desk lives here (tickets.models.event does); pure arithmetic and the abstract row. Any floor may call.
"""
