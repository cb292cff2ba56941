"""All tags, for those who lead a department: renamed, coloured, merged, deleted, and that taken back."""

from functools import wraps

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Tone
from engine.once import once
from helpdesk_site.lib.text import clean_line
from helpdesk_site.lib.toasts import toast

from .. import access, actions
from ..actions.tagging import MOST_KEPT, TAKEN_BACK
from ..forms.marking import chosen_tone
from ..lists import queries, tagged
from ..models import Tag, TagGone, Ticket
from ..refused import Refused

PAGE = 100


def leads_only(view):
    """A door for those who lead a department; to everybody else the page does not exist."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        if not request.viewer.is_staff or not access.leads_somewhere(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return opened


@require_safe
@leads_only
def tags(request):
    """Every tag, with how often it is used."""
    words = clean_line(request.GET.get("q", ""))[:40]
    page = Paginator(Tag.objects.filter(key__contains=words.casefold()), PAGE).get_page(request.GET.get("page"))
    context = {"rows": with_numbers(list(page)), "page": page, "words": words, "rail": queries.rail(request.viewer)}
    since = timezone.now() - TAKEN_BACK
    context["gone"] = TagGone.objects.filter(at__gt=since).defer("held", "added").select_related("into", "by")[:PAGE]
    return render(request, "desk/all_tags.html", context)


def with_numbers(tags):
    """[(tag, on how many tickets it stands)]."""
    held = Ticket.tags.through.objects.filter(tag__in=tags).values_list("tag").annotate(Count("pk")).order_by()
    numbers = dict(held)
    return [(tag, numbers.get(tag.pk, 0)) for tag in tags]


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
@once
def change(request, tag):
    """The name and colour of one tag; on its page are the ways to merge and to delete it, too."""
    tag = get_object_or_404(Tag, pk=tag)
    refusal = ""
    if request.method == "POST":
        try:
            name, tone = request.POST.get("name", ""), chosen_tone(request.POST.get("tone", ""))
            return told(request, _("Saved: %(name)s.") % {"name": actions.change_tag(tag, name=name, tone=tone)})
        except Refused as refused:
            refusal = str(refused)
    return tag_page(request, tag, refusal=refusal)


@require_POST
@leads_only
@once
def merge(request, tag):
    """Let another tag stand on all its tickets, and this one be gone."""
    tag, into = get_object_or_404(Tag, pk=tag), tagged.named(request.POST.get("into", ""))
    try:
        if into is None:
            raise Refused(_("Enter the name of the tag to merge into."))
        gone = actions.merge_tag(tag, into=into, actor=request.user)
    except Refused as refused:
        return tag_page(request, tag, refusal=str(refused))
    return told(request, _("“%(name)s” is “%(into)s” now.") % {"name": tag, "into": into}, gone)


@require_POST
@leads_only
@once
def delete(request, tag):
    """Take it off all tickets; of so many that it cannot be taken back, once the person has said that they mean it."""
    tag = get_object_or_404(Tag, pk=tag)
    if "sure" not in request.POST and tag.tickets.count() > MOST_KEPT:
        return tag_page(request, tag, refusal=_("Tick the box: this cannot be undone."))
    return told(request, _("Deleted: %(name)s.") % {"name": tag}, actions.delete_tag(tag, actor=request.user))


@require_POST
@leads_only
@once
def back(request, gone):
    """Undo of deleting or merging a tag."""
    row = get_object_or_404(TagGone, pk=gone)
    try:
        return told(request, _("Taken back: %(name)s.") % {"name": actions.bring_back_tag(row)})
    except Refused as refused:
        notices.error(request, str(refused))
        return redirect("desk_tags")


def told(request, sentence, gone=None):
    tagged.forget()
    toast(request, sentence, undo_url=reverse("desk_tag_back", args=[gone.pk]) if gone else "")
    return redirect("desk_tags")


def tag_page(request, tag, *, refusal=""):
    others = [other for other in tagged.known().values() if other.pk != tag.pk]
    used = tag.tickets.count()
    context = {
        "tag": tag,
        "tone": request.POST.get("tone", tag.tone),
        "used": used,
        "comes_back": used <= MOST_KEPT,
        "others": others,
        "tones": Tone.choices,
        "refusal": refusal,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/one_tag.html", context, status=422 if refusal else 200)
