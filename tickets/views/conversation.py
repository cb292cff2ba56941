"""One conversation, shared by clients, guests and staff."""


def ticket(request, number):
    raise NotImplementedError


def reply(request, number):
    raise NotImplementedError


def close(request, number):
    raise NotImplementedError


def reopen(request, number):
    raise NotImplementedError


def preview(request, number):
    raise NotImplementedError


def seen(request, number):
    raise NotImplementedError
