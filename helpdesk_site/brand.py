"""The operator's hue as a small file of its own: no inline style is allowed (SECURITY, CSP)."""
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def stylesheet(request, hue):
    """`:root { --hue: N }`. Lightness is fixed in the tokens, so contrast holds for every hue (DESIGN, part 3)."""
    if hue > 360:
        raise Http404
    return HttpResponse(f":root {{ --hue: {hue}; }}\n", content_type="text/css; charset=utf-8")
