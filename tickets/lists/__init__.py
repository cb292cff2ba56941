"""Lists and what stands beside them: the queue in its views, search, the rail, clients, the palette, the bell.

What is shown of many tickets; what one ticket shows is conversation/. Called by the doors and by live counts.
"""
