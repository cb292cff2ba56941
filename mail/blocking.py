"""Whose mail is kept without effect (S135): addresses, domains with all below them, phrases."""

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk_site.lib.prepared import PreparedRows
from helpdesk_site.lib.text import clean_line, fold

from .models import BlockedSender

Kind = BlockedSender.Kind
MOST_TEXT = 20_000  # characters in which phrases are looked for
SHORTEST = 4  # characters of a phrase
LEVELS = 10  # of a domain above which a shorter one is looked for

# Asked for every mail: those of its sender, and all phrases
in_question = PreparedRows(
    lambda address, *domains: BlockedSender.objects.in_force(Now()).filter(
        Q(kind=Kind.PHRASE) | Q(kind=Kind.ADDRESS, value=address) | Q(kind=Kind.DOMAIN, value__in=domains)
    ),
    slots=(str,) * (2 + LEVELS),
)


def blocks(letter) -> bool:
    """Whether a mail is kept out; counts it where it is."""
    block = blocking(letter)
    if block:
        BlockedSender.objects.filter(pk=block.pk).update(hits=F("hits") + 1, last_hit_at=timezone.now())
    return bool(block)


def blocking(letter):
    """The BlockedSender that a mail fits, or None."""
    of_sender, phrases = held_against(letter.sender.address)
    return next(iter(of_sender), None) or (next(filter(of_phrase(letter), phrases), None) if phrases else None)


def blocking_of(address):
    """The BlockedSender that keeps out all mail of an address, by itself or by its domain; None where none does."""
    return next(iter(held_against(address)[0]), None)


def held_against(address):
    """What keeps out all mail of an address, and the phrases that keep out anybody's: two lists, the newest first."""
    address = address.lower()
    domain = address.rpartition("@")[2]
    labels = domain.split(".")[-LEVELS:]
    above = [".".join(labels[at:]) for at in range(len(labels))]
    held = in_question.models(address, domain, *above, *[""] * (LEVELS - len(above)))
    phrases = [block for block in held if block.kind == Kind.PHRASE]
    return [block for block in held if block.kind != Kind.PHRASE], phrases


def of_phrase(letter):
    said = " ".join(fold(f"{letter.subject} {letter.full_text[:MOST_TEXT]}").split())
    return lambda block: block.value in said


def block(kind, value, *, by=None, why="", until=None):
    """Keep out mail of an address, a domain or with a phrase from now on. Returns the BlockedSender, the one that was
    there already put in force again. Raises ValidationError for what would keep everybody out."""
    value = clean_value(kind, value)
    given = {"is_active": True, "expires_at": until, "made_by": by, "why": clean_line(why)[:200]}
    return BlockedSender.objects.update_or_create(kind=kind, value=value, defaults=given)[0]


def lift(block):
    """Let in again what a BlockedSender keeps out. What it counted stays."""
    block.is_active = False
    block.save(update_fields=["is_active"])


def clean_value(kind, value):
    """The value as it is compared. Raises ValidationError with a sentence for what cannot be meant."""
    value = clean_line(value)[:320]
    value = " ".join(fold(value).split()) if kind == Kind.PHRASE else value.lower().lstrip("@")
    if kind == Kind.ADDRESS and not all(value.rpartition("@")):
        raise ValidationError(_("Write a whole address, such as someone@example.com."))
    if kind == Kind.DOMAIN and ("." not in value.strip(".") or "@" in value):
        raise ValidationError(_("Write a whole domain, such as example.com."))
    if kind == Kind.PHRASE and len(value) < SHORTEST:
        raise ValidationError(_("Write at least four characters: a short word would keep everybody out."))
    return value
