"""Where allauth meets the house: who asks, where links point, where letters go."""
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import check_password
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.http import client_ip

from . import letters

UNKNOWN_IP = "::"  # a socket has no address; a session's row wants one


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The address or the password is not right. Check both, or set a new password."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
        "enter_current_password": _("This is not your password."),
    }

    def get_client_ip(self, request):
        return client_ip(request) or UNKNOWN_IP

    def is_ajax(self, request):
        """Our pages answer in HTML only."""
        return False

    def get_login_stages(self):
        """None yet: a password exists only where the address was proven, or an operator vouched for it."""
        return []

    def get_login_redirect_url(self, request):
        """Staff go to their queue, everybody else home."""
        try:
            return reverse("desk" if request.user.is_staff else "home")
        except NoReverseMatch:
            return "/"

    def get_password_change_redirect_url(self, request):
        return reverse("profile")

    def reauthenticate(self, user, password):
        return check_password(password, user.password)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """allauth tells of changed and reset passwords; the letter is the same."""
        if template_prefix in ("account/email/password_changed", "account/email/password_reset"):
            letters.password_changed(user)

    def forgive_failures(self, request, *, email):
        """Whoever has just set a new password may use it at once."""
        self._delete_login_attempts_cached_email(request, email=email)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Failed sign-ins count by address and visitor: a stranger's guesses never lock the owner out (V6)."""
        return f"{self.get_client_ip(request)}:{credentials.get('email', '').lower()}"
