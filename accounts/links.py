"""Links for letters. They come from BASE_URL, never from a request, so no Host header can bend them (T15)."""
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse


def absolute(name, *args):
    """The full address of one of our pages."""
    return settings.BASE_URL + reverse(name, args=args)


def to_set_password(user):
    """A link that lets its holder set this person's password once, within an hour (PASSWORD_RESET_TIMEOUT)."""
    uid, key = user_pk_to_url_str(user), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return settings.BASE_URL + path.replace("UID-KEY", f"{uid}-{key}")
