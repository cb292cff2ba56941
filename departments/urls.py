"""The doors of this floor, for staff about themselves; what an operator configures opens in the admin."""

from django.urls import path

from . import views

urlpatterns = [
    path("desk/notices/", views.notices, name="my_notices"),
    path("desk/signature/", views.signature, name="my_signature"),
]
