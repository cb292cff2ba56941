"""Files, served after the same check as their ticket."""


def attachment(request, token, name):
    raise NotImplementedError


def thumbnail(request, token, name):
    raise NotImplementedError
