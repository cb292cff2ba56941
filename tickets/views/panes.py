"""The two boxes of a ticket's page that staff write in: a reply, and a note."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from helpdesk_site.lib import shapes
from helpdesk_site.lib.text import render_markdown, shown

from .. import times
from ..composing import filling, predefined
from ..conversation import quoting
from ..keeping import files
from ..models import Draft
from . import menus

UPLOAD = "UPLOAD-URL"  # stands for the address until the field is drawn


@dataclass(frozen=True)
class Pane:
    """One of the two boxes to write in; what was typed before is in it again."""

    kind: str
    request: object
    ticket: object
    thread: object
    form: object
    place: str
    limits: object
    quoted: tuple | None = None  # (kind, quotation) the address asked for

    @property
    def text(self):
        if self.form is not None:
            return self.form["message"].value() or ""
        typed = self.thread.typed.get(self.kind, {}).get("message", "")
        return quoting.below(typed, self.quoted[1]) if self.quoted and self.quoted[0] == self.kind else typed

    @property
    def begun(self):
        """Whether something typed or uploaded before waits in this box."""
        return bool(self.text or self.thread.typed_files.get(self.kind))

    @property
    def sent(self):
        """The form's other fields, as they came or as the draft keeps them."""
        return self.request.POST if self.form is not None else self.thread.typed.get(self.kind, {})

    @property
    def saved_at(self):
        """When the draft was saved that this page begins with: a newer one was typed elsewhere (drafts.save)."""
        return self.thread.typed.get(self.kind, {}).get("saved_at", "")

    @property
    def elsewhere(self):
        """What the same person typed in this box on another page, and has not put into it."""
        return self.thread.typed.get(self.kind, {}).get("elsewhere", "")

    def error(self, field):
        return ", ".join(self.form.errors.get(field, [])) if self.form is not None else ""

    @property
    def preview(self):
        asked = self.form is not None and "preview" in self.request.POST
        return shown(render_markdown(self.text)) if asked and self.text else ""

    @property
    def editor(self):
        """The box with its toolbar; an empty one is the same for everybody."""
        about = {"kind": self.kind, "text": self.text, "error": self.error("message"), "preview": self.preview}
        about["signature"] = self.signature
        draw = menus.drawn if not self.text else menus.drawn.__wrapped__
        return draw("desk/_pane_editor.html", get_language(), **about)

    @property
    def signature(self):
        """What the mail of a reply says below its text (S146)."""
        if self.kind != Draft.Kind.REPLY:
            return ""
        return filling.signature(self.request.user, self.ticket, self.ticket.client.language)

    @property
    def inserted(self):
        """The predefined replies put in so far, and what sending it does besides: [(Also, whether it is left on)]."""
        offers, kept = predefined.sent(self.sent, self.ticket)
        also = predefined.also(offers, self.ticket.department_id)
        return {"offers": offers, "also": [(one, one.code in kept) for one in also]}

    @property
    def time(self):
        """The fields for the time spent, with what was typed in them; empty ones are the same for everybody."""
        said = times.Typed(*(self.sent.get(name, "") for name in times.FIELDS))
        offered = tuple(
            menus.Choice(str(row.pk), row.said(), row.is_billable)
            for row in times.activities().values()
            if row.is_active
        )
        runs = self.request.user.runs_timer and self.kind == Draft.Kind.REPLY and not said.time
        draw = menus.drawn.__wrapped__ if any(said) else menus.drawn
        about = {"kind": self.kind, "said": said, "activities": offered, "runs": runs}
        return draw("desk/_time_fields.html", get_language(), **about)

    @property
    def files(self):
        """The field for files, with those that wait in this box."""
        if self.form is not None:
            kept = self.form.kept()
        else:
            kept = [files.shown(row) for row in self.thread.typed_files.get(self.kind, [])]
        about = {"id": f"id_{self.kind}_files", "error": self.error("attachments"), "upload_url": UPLOAD}
        about |= {"words": self.limits.words, "count": self.limits.count, "size": self.limits.size}
        draw = menus.drawn.__wrapped__ if kept else menus.drawn
        html = draw("desk/_pane_files.html", get_language(), kept=kept or (), **about)
        return shapes.swapped(html, UPLOAD, f"{reverse('upload')}?place={self.place}")
