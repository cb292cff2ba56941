from django.contrib.auth.decorators import login_required
from django.shortcuts import render


@login_required
def bare(request):
    """The unit: a signed-in page with session, user and a small template."""
    return render(request, "benchmarks/bare.html", {"rows": range(10)})
