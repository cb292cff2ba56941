from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import engines

BARE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Bare page</title></head>
<body>
<h1>{{ request.user.name }}</h1>
<p>Signed in as {{ request.user.email }} since {{ request.user.date_joined|date }}.</p>
<ul>{% for row in rows %}<li>{{ row }}: {{ request.user.name }}</li>{% endfor %}</ul>
</body>
</html>
"""
template = engines["django"].from_string(BARE)


@login_required
def bare(request):
    """The unit: a signed-in page with session, user and a small template."""
    return HttpResponse(template.render({"rows": range(10)}, request))
