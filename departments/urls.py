"""The one door of this floor; what an operator configures opens in the admin."""

from django.urls import path

from . import views

urlpatterns = [path("desk/notices/", views.notices, name="my_notices")]
