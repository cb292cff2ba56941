"""The doors of the desk: the queue, a ticket as staff see it, opening one for a client."""
from django.http import Http404


def queue(request):
    raise Http404


def new(request):
    raise Http404


def bulk(request):
    raise Http404


def people(request):
    raise Http404


def refresh(request):
    raise Http404


def ticket_page(request, ticket, can, **more):
    raise Http404
