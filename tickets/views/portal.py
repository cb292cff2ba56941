"""The client's lists and the form that opens a ticket."""


def home(request):
    raise NotImplementedError


def tickets(request):
    raise NotImplementedError


def departments(request):
    raise NotImplementedError


def new(request, slug):
    raise NotImplementedError


def sent(request, number):
    raise NotImplementedError
