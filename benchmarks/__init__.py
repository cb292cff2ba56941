"""How fast the portal is, measured: a server of its own, a cast from a filled database, pages in rounds, a report.

Nothing of the product lives here and nothing of the product imports it. Run `python -m benchmarks.run --help`.
"""
STOCK_USERS = "django.contrib.auth.backends.ModelBackend"  # who reads the bare page's person
