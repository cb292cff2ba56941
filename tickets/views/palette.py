"""The command palette: a fragment while one types, and a page of its own where there is no script."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpdesk_site.lib.tokens import clean_number

from ..lists import palette, queries
from .desk import staff_only


@require_safe
@staff_only
def palette_page(request):
    """Where what was typed leads, and what it does to the ticket one comes from. GET finds; the forms do."""
    typed, number = request.GET.get("q", ""), clean_number(request.GET.get("ticket", ""))
    context = {"items": palette.found(request.viewer, typed, number=number), "typed": typed, "number": number}
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "desk/_palette_items.html", context | {"in_dialog": True})
    return render(request, "desk/palette.html", context | {"rail": queries.rail(request.viewer)})
