"""What staff do to one ticket, a POST each."""

from django.http import Http404


def _later(request, **kwargs):
    raise Http404


undo = note = call_back = send_now = edit = versions = status = assign = priority = department = type = _later
subject = flag = presence = log = _later
