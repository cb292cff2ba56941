"""The letters about an account. Each is one row in the outbox, in the reader's language, blanked after sending."""
from django.utils import translation
from django.utils.translation import gettext as _

from mail import outbox
from mail.models import Kind
from mail.render import render_letter

from . import portal
from .links import absolute, to_set_password


def confirm_sign_up(email, *, name, token):
    send(
        email, to_name=name,
        subject=_("Confirm your e-mail address"),
        paragraphs=[_("Somebody, most likely you, wants to sign up here with this address. Confirm that it is yours:")],
        button=_("Confirm the address"), url=absolute("account_confirm_email", token),
        closing=_("The link works once, for three days. If you did not ask for it, do nothing: nothing will happen."),
    )  # fmt: skip


def already_known(user):
    """Somebody tried to sign up with an address that has an account, or one that was closed."""
    with reading(user):
        if not user.is_active:
            return closed(user)
        return send(
            user.email, user=user,
            subject=_("You already have an account"),
            paragraphs=[
                _("Somebody, most likely you, wanted to sign up here with this address. You already have an account."),
                _("Sign in with your password. If you have forgotten it, set a new one:"),
            ],
            button=_("Set a new password"), url=absolute("account_reset_password"),
            closing=_("If it was not you, do nothing: nothing has changed."),
        )  # fmt: skip


def reset_password(user):
    with reading(user):
        send(
            user.email, user=user,
            subject=_("Set a new password"),
            paragraphs=[_("Somebody, most likely you, asked to set a new password for this address.")],
            button=_("Set a new password"), url=to_set_password(user),
            closing=_("The link works once, for one hour. If you did not ask for it, do nothing: nothing will happen."),
        )  # fmt: skip


def invitation(user, *, token):
    with reading(user):
        send(
            user.email, user=user,
            subject=_("Set your password"),
            paragraphs=[
                _("An account was made for you here. You sign in with this address and a password of your choice."),
            ],
            button=_("Choose a password"), url=absolute("account_invitation", token),
            closing=_("The link works once, for three days. After that, ask for a new password where you sign in."),
        )  # fmt: skip


def no_account(email):
    """An answer to whoever asked for a new password with an address we do not know."""
    send(
        email,
        subject=_("There is no account with this address"),
        paragraphs=[
            _("Somebody, most likely you, asked to set a new password here. There is no account with this address."),
            _("Perhaps you signed up with another address. You can also sign up with this one:"),
        ],
        button=_("Sign up"), url=absolute("account_signup"),
        closing=_("If it was not you, do nothing."),
    )  # fmt: skip


def closed(user):
    send(
        user.email, user=user,
        subject=_("Signing in is switched off for this address"),
        paragraphs=[
            _("Somebody, most likely you, wanted to sign in here. Signing in is switched off for this address."),
            _("If you think that is a mistake, answer one of the letters you have from us."),
        ],
    )  # fmt: skip


def password_changed(user):
    with reading(user):
        send(
            user.email, user=user,
            subject=_("Your password was changed"),
            paragraphs=[
                _("Your password here was changed just now. You are signed out on all other devices."),
                _("If it was not you, set a new password at once:"),
            ],
            button=_("Set a new password"), url=absolute("account_reset_password"),
        )  # fmt: skip


def confirm_new_address(user, *, email, token):
    with reading(user):
        send(
            email, user=user,
            subject=_("Confirm your new e-mail address"),
            paragraphs=[_("You asked to use this address from now on. Confirm that it is yours:")],
            button=_("Confirm the address"), url=absolute("account_confirm_new_email", token),
            closing=_("The link works once, for one hour, where you are signed in. If it was not you, do nothing."),
        )  # fmt: skip


def address_in_use(owner):
    with reading(owner):
        send(
            owner.email, user=owner,
            subject=_("Somebody wanted to use your address"),
            paragraphs=[
                _("Somebody with another account here asked to use this address, which is already yours."),
                _("Nothing has changed. If it was you: sign in with this address instead."),
            ],
        )  # fmt: skip


def address_changed(user, *, old):
    with reading(user):
        send(
            old, user=user,
            subject=_("Your e-mail address was changed"),
            paragraphs=[
                _("Your account here now uses the address %(email)s. Letters no longer come to this one.")
                % {"email": user.email},
                _("If it was not you, answer one of the letters you have from us at once."),
            ],
        )  # fmt: skip


def fresh_links(user, *, links):
    """New ways in to a guest's tickets: `links` is a list of (ticket number, token)."""
    with reading(user):
        send(
            user.email, user=user, kind=Kind.GUEST_PASS,
            subject=_("Your links to your tickets"),
            paragraphs=[_("You asked for fresh links. Each opens one of your tickets, without a password:")],
            links=[(number, absolute("guest_way_in", token)) for number, token in links],
            closing=_("The links work for 30 days. Keep them to yourself: whoever has one can read the ticket."),
        )  # fmt: skip


def reading(user):
    """Words in the person's language, or the one in use when they chose none."""
    return translation.override(user.language or translation.get_language())


def send(
    email, *, subject, paragraphs, kind=Kind.ACCOUNT, user=None, to_name="", button="", url="", links=(), closing=""
):
    """Render a letter as text and HTML and put it into the outbox, marked as carrying a secret."""
    language, to_name = translation.get_language(), to_name or (user.name if user else "")
    said = {
        "email": email, "name": to_name, "portal_name": portal.name(), "subject_line": subject,
        "paragraphs": paragraphs, "button": button, "url": url, "links": links, "closing": closing,
    }  # fmt: skip
    outbox.enqueue(
        to=email, to_name=to_name, user=user, kind=kind, from_name=said["portal_name"], language=language, secret=True,
        **render_letter("account", said, language, user.time_zone if user else "")._asdict(),
    )  # fmt: skip
