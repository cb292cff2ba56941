"""The bare page's one door. The portal's own doors are served as they are."""

from django.urls import path

from . import views

urlpatterns = [path("bare/", views.bare, name="bare")]
