"""What runs the house: the embedded broker, leases for timers, heartbeats, and once-only form keys.

Knows nothing of mail, people or tickets. Any floor may use it; it imports no other app.
"""
