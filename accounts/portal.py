"""The portal's name, for letters and passwords. This floor does not know the portal; settings.PORTAL names who does."""
from django.conf import settings
from django.utils.module_loading import import_string


def name():
    return import_string(settings.PORTAL).get().name
