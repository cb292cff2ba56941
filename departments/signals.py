"""Heard upstairs: an operator saved something that changes what tickets mean or when they are due."""

from django.dispatch import Signal

settings_changed = Signal()  # sender: the model saved; departments, statuses: lists of rows, or None for all
