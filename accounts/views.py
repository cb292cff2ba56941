"""The doors to an account: signing up, its address, the profile. Signing in and passwords are allauth's doors."""
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.http import safe_next

from . import confirmations, people, zones
from . import profile as profiles
from .forms import ConfirmForm, NewAddressForm, NewPasswordForm, SignUpForm, profile_form
from .models import User

YEAR = 365 * 24 * 3600
SIGNING_UP = "signing_up"  # in the session: what waits for the letter's answer, and where to go then


@login_not_required
@once
@sensitive_post_parameters("password1")
@never_cache
def sign_up(request):
    """Ask for an account. The page says the same whatever we know of the address (T16)."""
    if request.user.is_authenticated:
        return redirect("home")
    form, following = SignUpForm(request.POST or None), get_next_redirect_url(request) or ""
    if request.method == "POST" and not ratelimit.consume(request, action="signup"):
        return ratelimit.respond_429(request)
    if not form.is_valid():
        return render(request, "account/signup.html", {"form": form, "next": following})
    said, waiting = form.cleaned_data, None
    if ratelimit.consume(request, action="confirm_email", key=said["email"]):
        waiting = confirmations.ask_sign_up(said["email"], name=said["name"], password=said["password1"])
    request.session[SIGNING_UP] = {"email": said["email"], "waiting": waiting and waiting.pk, "next": following}
    return redirect("account_email_verification_sent")


@login_not_required
@require_safe
def sign_up_sent(request):
    """“Look into your mailbox.” The same for everybody."""
    email = request.session.get(SIGNING_UP, {}).get("email", "")
    return render(request, "account/verification_sent.html", {"email": email})


@login_not_required
@sensitive_post_parameters("password")
@never_cache
def confirm_sign_up(request, token):
    """The link in the letter: shows a button, for programs that follow links must change nothing. Then signs in."""
    waiting = confirmations.open_with(token, purpose=confirmations.SIGN_UP)
    if waiting is None:
        return link_over(request)
    here = request.session.get(SIGNING_UP, {})
    form = confirm_form(request, waiting, chosen_here=here.get("waiting") == waiting.pk)
    if request.method == "POST" and not ratelimit.consume(request, action="confirm_password", key=str(waiting.pk)):
        return ratelimit.respond_429(request)
    if not form.is_valid():
        return render(request, "account/email_confirm.html", {"form": form, "waiting": waiting})
    user = confirmations.finish_sign_up(waiting)
    if user is None:
        return link_over(request)
    return signed_in(request, user, following=here.get("next", ""))


@login_not_required
@sensitive_post_parameters("password1")
@never_cache
def invitation(request, token):
    """Somebody an operator invited chooses their password; then they sign in with it."""
    waiting = confirmations.open_with(token, purpose=confirmations.INVITATION)
    if waiting is None:
        return link_over(request)
    form = NewPasswordForm(request.POST or None, user=waiting.user)
    if not form.is_valid():
        return render(request, "account/invitation.html", {"form": form, "waiting": waiting})
    if not confirmations.finish_invitation(waiting, password=form.cleaned_data["password1"]):
        return link_over(request)
    messages.success(request, _("Your password is set. Sign in with it."))
    return redirect("account_login")


@once
@sensitive_post_parameters("password")
def new_address(request):
    """Ask to move to another address; nothing changes until it is confirmed from there."""
    form = NewAddressForm(request.POST or None, user=request.user)
    if request.method == "POST" and not ratelimit.consume(request, action="manage_email"):
        return ratelimit.respond_429(request)
    if not form.is_valid():
        return render(request, "account/email_change.html", {"form": form})
    confirmations.ask_new_address(request.user, email=form.cleaned_data["email"])
    messages.info(request, _("We have written to the new address. Follow the link in that letter within an hour."))
    return redirect("profile")


def confirm_new_address(request, token):
    """The link in the letter to the new address; works only for the person who asked, where they are signed in."""
    waiting = confirmations.open_with(token, purpose=confirmations.NEW_ADDRESS, user=request.user)
    if waiting is None:
        return link_over(request)
    if request.method != "POST":
        return render(request, "account/email_confirm.html", {"waiting": waiting})
    if not confirmations.finish_new_address(waiting):
        return link_over(request)
    messages.success(request, _("Your address is changed. Sign in with the new one from now on."))
    return redirect("profile")


def profile(request):
    """Who I am and how I want to read."""
    form = profile_form(request.user, request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "browser_zone": zones.of_browser(request)}
        context["letters"] = profiles.letters_of(request.user)
        return render(request, "account/profile.html", context)
    profiles.save(form)
    messages.success(request, _("Saved."))
    return redirect("profile")


@require_POST
def my_letters(request):
    """Say of what I am told by mail as a client."""
    chosen, organisations = request.POST.getlist("letter"), request.POST.getlist("organisation")
    profiles.want_letters(request.user, chosen, organisations=organisations)
    messages.success(request, _("Saved."))
    return redirect("profile")


@require_POST
def one_setting(request):
    """Switch one thing from wherever the person is: the shortcuts of the desk, or the zone of this browser."""
    profiles.switch(request.user, request.POST, browser_zone=zones.of_browser(request))
    return redirect(safe_next(request, "profile"))


@login_not_required
@require_POST
def theme(request):
    """Light, dark, or as the device says; kept with the person, in a cookie for strangers."""
    chosen = request.POST.get("theme")
    response = redirect(safe_next(request, "home"))
    if chosen not in User.Theme.values:
        return response
    if request.user.is_authenticated:
        profiles.set_theme(request.user, chosen)
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


@login_not_required
@require_POST
def language(request):
    """Speak another language, now and next time."""
    chosen = request.POST.get("language")
    response = redirect(safe_next(request, "home"))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        profiles.set_language(request.user, chosen)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


@login_not_required
@require_safe
def picture(request, pk, version):
    """Somebody's picture, for those who may see them; kept by their browser only, until `version` changes."""
    person = get_object_or_404(User.objects.exclude(picture=""), pk=pk)
    if not people.may_see_picture(request.viewer, person) or not person.picture.storage.exists(person.picture.name):
        raise Http404
    response = FileResponse(person.picture.open(), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# Below the doors


def confirm_form(request, waiting, *, chosen_here):
    """In the browser that signed up a click is enough; elsewhere the chosen password proves who is confirming.

    Otherwise a stranger could sign up with my address and wait for me to confirm a password only the stranger knows.
    """
    if chosen_here:
        return forms.Form(request.POST if request.method == "POST" else None)
    return ConfirmForm(request.POST or None, waiting=waiting)


def signed_in(request, user, *, following):
    request.session.pop(SIGNING_UP, None)
    response = perform_login(request, user, redirect_url=following or None)
    request.session.set_expiry(0)
    messages.success(request, _("Welcome. Your address is confirmed."))
    return response


def link_over(request):
    """A link that is used up, too old, or none of ours: all the same to whoever holds it (T15)."""
    return render(request, "account/link_over.html", status=410)
