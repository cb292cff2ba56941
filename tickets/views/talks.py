"""The call, chat or meeting a ticket was made of (S80, S97-S99), corrected by staff."""

from django.http import Http404
from django.utils.translation import gettext as _

from .. import actions
from ..events import one_click
from ..forms_talks import TalkForm
from ..models import Talk
from ..talks import FIELDS, TALKS
from .marking import ask, asking
from .properties import done


@asking
def change(request, ticket):
    """Correct when it is, how long it took, where it meets; its pass code goes into no log."""
    if ticket.channel not in TALKS:
        raise Http404
    talk = Talk.objects.filter(ticket=ticket).first() or Talk(ticket=ticket)
    known = {name: getattr(talk, name) for name in FIELDS[ticket.channel]}
    form = TalkForm(request.POST or None, channel=ticket.channel, initial=known, auto_id="talk_%s")
    if request.method == "POST" and form.is_valid():
        with one_click() as click:
            actions.change_talk(ticket, actor=request.user, **form.cleaned_data)
        return done(request, ticket, click, _("Details changed."))
    status = 422 if request.method == "POST" else 200
    return ask(request, "desk/talk.html", ticket, title=ticket.get_channel_display(), form=form, status=status)
