"""Raw mails written for the tests of the parser: heads and parts put together as mail programs do, and as they should
not."""

import base64


def mail(body="Hello.", *heads, sender="Anna <anna@example.com>", subject="Printer", **more) -> bytes:
    """A mail of these heads and this body; text is written in UTF-8, and each underscore of a keyword is a dash."""
    lines = [f"From: {sender}"] if sender else []
    lines += [f"Subject: {subject}"] if subject is not None else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    head = "\n".join([*lines, *heads]).encode("utf-8", "surrogateescape")
    return head + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def part(content_type, content="", *heads) -> bytes:
    """One part: its Content-Type, further heads, its content."""
    content = content if isinstance(content, bytes) else content.encode()
    return "\n".join([f"Content-Type: {content_type}", *heads]).encode() + b"\n\n" + content


def file(name, content=b"content", content_type="application/pdf", disposition="attachment", *heads) -> bytes:
    """A part that is a file, in base64."""
    named = f'Content-Disposition: {disposition}; filename="{name}"'
    return part(content_type, base64.encodebytes(content), "Content-Transfer-Encoding: base64", named, *heads)


def several(subtype, *parts, boundary="b", parameters="") -> bytes:
    """A multipart of these parts, as one part."""
    head = f'multipart/{subtype}; boundary="{boundary}"{parameters}'
    mark = f"--{boundary}".encode()
    return part(head, b"".join(mark + b"\n" + each + b"\n" for each in parts) + mark + b"--\n")


def with_parts(subtype, *parts, **heads) -> bytes:
    """A mail of several parts."""
    whole = several(subtype, *parts)
    return mail("", **heads).rstrip(b"\n") + b"\nMIME-Version: 1.0\n" + whole
