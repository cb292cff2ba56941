"""What is being typed: drafts, uploads, previews."""


def save(request):
    raise NotImplementedError


def upload(request):
    raise NotImplementedError


def remove(request, token):
    raise NotImplementedError


def preview(request):
    raise NotImplementedError
