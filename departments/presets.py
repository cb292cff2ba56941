"""The three presets of REQUIREMENTS ("Defaults and presets"), and the default: filled in one click, after a preview.

A preset names only settings that have behaviour. For the site it writes the site's row and the statuses themselves; for
one department its own values and what differs there (StatusInDepartment).
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .models import Policy, Portal, Status, StatusInDepartment
from .models.policy import DEFAULTS
from .policy import forget

OFFICE = "csv tsv xlsx doc docx pdf txt jpg png gif mp4 mov har"


@dataclass(frozen=True)
class Preset:
    """`values`: settings by name. `closing`: codes of the statuses that close. `settling`: code -> (into, minutes)."""

    name: str
    values: dict
    closing: frozenset
    settling: dict


def default_with(**values):
    chosen = {name: value for name, value in DEFAULTS.items() if name not in LEFT_ALONE}
    return {**chosen, **values}


LEFT_ALONE = {
    "auto_close_notice", "staff_file_count", "staff_file_size", "claim_on_reply", "participants_close", "cc_joins",
}  # fmt: skip
ANSWERED = frozenset({"answered"})
PRESETS = {
    "default": Preset(_("Default"), default_with(), ANSWERED, {}),
    "hosting": Preset(
        _("Hosting"),
        default_with(
            auto_close_after=24,
            auto_close_reminder=0,
            history_policy=Policy.History.LOCKED,
            client_close=Policy.ClientClose.BEFORE_REPLY,
            client_file_types="jpg jpeg gif png pdf zip txt log",
            client_file_count=5,
            client_file_size=8_000,
            email_new=Policy.NewByMail.VERIFIED,
            chat_hint=True,
            account_level=Policy.Level.PORTAL,
            service_required=True,
            queue_clock=Policy.QueueClock.LAST_MESSAGE,
            rating_mode=Policy.Ratings.BOTH,
            client_statuses=Policy.Words.OWN,
            files_to_staff=Policy.Files.NONE,
        ),
        frozenset({"answered", "open"}),
        {"open": ("on-hold", 5), "customer-reply": ("on-hold", 1)},
    ),
    "hub": Preset(
        _("Enterprise hub"),
        default_with(
            auto_close_after=0,
            closed_reply=Policy.ClosedReply.REFUSE,
            closed_reply_mail=Policy.ClosedReply.NEW,
            email_new=Policy.NewByMail.OFF,
            account_level=Policy.Level.PORTAL,
            history_policy=Policy.History.LOCKED,
            admins_close=False,
            client_file_types=OFFICE,
            client_file_count=5,
            client_file_size=500,
            client_statuses=Policy.Words.THREE,
            files_to_clients=Policy.Files.LINK,
            staff_names=Policy.Names.FULL,
        ),
        frozenset(),
        {},
    ),
    "erp": Preset(
        _("ERP"),
        default_with(
            auto_close_after=168,
            history_policy=Policy.History.NOTES,
            client_close=Policy.ClientClose.NEVER,
            email_new=Policy.NewByMail.ANYONE,
            account_level=Policy.Level.KNOWN,
            rating_mode=Policy.Ratings.OFF,
            client_statuses=Policy.Words.OWN,
            staff_names=Policy.Names.FULL,
        ),
        ANSWERED,
        {},
    ),
}


def changes(target, preset):
    """What `preset` would change on the site's row or on a department: (label, now, then) for each difference."""
    before = target if isinstance(target, Portal) else target.policy
    rows = []
    for name, value in preset.values.items():
        now = getattr(before, name)
        if isinstance(target, Portal) and now in (None, ""):
            now = DEFAULTS[name]
        if now != value:
            field = target._meta.get_field(name)
            rows.append((field.verbose_name, shown(field, now), shown(field, value)))
    return rows + status_changes(target, preset)


def status_changes(target, preset):
    rows = []
    for status in Status.objects.select_related("settles_into"):
        now = status_now(target, status)
        then = status_then(status, preset)
        if now != then:
            rows.append((status.said("name"), status_words(*now), status_words(*then)))
    return rows


def status_now(target, status):
    """(closes by itself, code it settles into or "", minutes) of a status as it stands for the target."""
    row = None if isinstance(target, Portal) else target.status_rows.filter(status=status).first()
    closes = row.auto_close if row and row.auto_close is not None else status.auto_close
    into = (row and row.settles_into) or status.settles_into
    after = row.settles_after if row and row.settles_after is not None else status.settles_after
    return closes, into.code if into and after else "", after if into else 0


def status_then(status, preset):
    into, after = preset.settling.get(status.code, ("", 0))
    return status.code in preset.closing, into, after


def status_words(closes, into, after):
    words = [_("closes by itself") if closes else _("stays")]
    if into:
        target = Status.objects.filter(code=into).first()
        words.append(_("turns into “%(status)s” after %(minutes)s min") % {"status": target or into, "minutes": after})
    return ", ".join(map(str, words))


def shown(field, value):
    """A setting's value as the admin shows it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return dict(field.flatchoices).get(value, value) if field.choices else value


@transaction.atomic
def apply(target, preset):
    """Write the preset's values into the site's row or a department. What it does not name stays as it is."""
    for name, value in preset.values.items():
        setattr(target, name, value)
    target.save(update_fields=list(preset.values))
    for status in Status.objects.all():
        closes, into, after = status_then(status, preset)
        into = Status.objects.filter(code=into).first()
        if isinstance(target, Portal):
            status.auto_close, status.settles_into, status.settles_after = closes, into, after
            status.save(update_fields=["auto_close", "settles_into", "settles_after"])
        else:
            values = {"auto_close": closes, "settles_into": into, "settles_after": after}
            StatusInDepartment.objects.update_or_create(department=target, status=status, defaults=values)
    forget()
