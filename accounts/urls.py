"""Doors to accounts. Each of allauth's is named here, so none opens that we did not dress."""
from allauth.account import views as allauth
from allauth.usersessions import views as usersessions
from django.urls import path, re_path
from django.views.generic import RedirectView

from . import guests, views

first_password = RedirectView.as_view(pattern_name="account_reset_password")  # the first one is set by letter

urlpatterns = [
    # In and out
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", views.sign_up, name="account_signup"),
    path("accounts/signup/sent/", views.sign_up_sent, name="account_email_verification_sent"),
    path("accounts/confirm/<str:token>/", views.confirm_sign_up, name="account_confirm_email"),
    path("accounts/invitation/<str:token>/", views.invitation, name="account_invitation"),
    # Passwords
    path("accounts/password/", allauth.password_change, name="account_change_password"),
    path("accounts/password/first/", first_password, name="account_set_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/(?P<uidb36>[0-9A-Za-z]{1,14})-(?P<key>[0-9A-Za-z-]{1,100})/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # The person
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/profile/letters/", views.my_letters, name="my_letters"),
    path("accounts/profile/setting/", views.one_setting, name="profile_setting"),
    path("accounts/email/", views.new_address, name="account_email"),
    path("accounts/email/<str:token>/", views.confirm_new_address, name="account_confirm_new_email"),
    path("accounts/sessions/", usersessions.list_usersessions, name="usersessions_list"),
    path("accounts/picture/<int:pk>/<slug:version>/", views.picture, name="picture"),
    path("accounts/theme/", views.theme, name="theme"),
    path("accounts/language/", views.language, name="set_language"),
    # Guests
    path("g/", guests.fresh_link, name="guest_fresh_link"),
    path("g/sent/", guests.links_sent, name="guest_links_sent"),
    path("g/switch/", guests.switch, name="guest_switch"),
    path("g/<str:token>/", guests.way_in, name="guest_way_in"),
]
