"""The call, chat or meeting a ticket was made of (S80, S97-S99), corrected by staff."""

from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mail.render import known_language

from .. import actions
from ..events import one_click
from ..forms.talks import TalkForm
from ..models import Talk
from ..talks import CONFERENCE, FIELDS, TALKS, confirmation
from ..writing import write
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
            talk = actions.change_talk(ticket, actor=request.user, **form.cleaned_data)
            if click.events and "tell" in request.POST:
                confirm(ticket, talk, author=request.user)
        return done(request, ticket, click, _("Details changed."))
    tells, status = ticket.channel == CONFERENCE, 422 if request.method == "POST" else 200
    title = ticket.get_channel_display()
    return ask(request, "desk/talk.html", ticket, title=title, form=form, tells=tells, status=status)


def confirm(ticket, talk, *, author):
    """Tell the client by a reply, in their language and time zone (S98)."""
    if ticket.channel != CONFERENCE:
        return
    client = ticket.client
    with translation.override(known_language(client.language)), timezone.override(client.zone):
        words = confirmation(talk)
    actions.reply(ticket, author=author, written=write(words), by_staff=True)
