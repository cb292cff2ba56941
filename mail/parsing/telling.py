"""A letter as `receive_email --json` tells it (CONTRACT)."""

from .letter import Letter


def told(letter: Letter) -> dict:
    """Return what a letter says as values of JSON; of files what they are, not what is in them."""
    forward = letter.forward
    return {
        "sender": _person(letter.sender),
        "reply_to": [person.address for person in letter.reply_to],
        "recipients": [person.address for person in letter.recipients],
        "subject": letter.subject,
        "text": letter.text,
        "full_text": letter.full_text,
        "attachments": [
            {"name": file.name, "content_type": file.content_type, "size": file.size} for file in letter.files
        ],
        "kind": letter.kind,
        "auto_submitted": letter.auto_submitted,
        "message_id": letter.message_id,
        "in_reply_to": " ".join(letter.in_reply_to),
        "references": list(letter.references),
        "forward": forward
        and {"from": _person(forward.sender), "subject": forward.subject, "body": forward.body, "date": forward.date},
        "trouble": list(letter.trouble),
    }


def _person(person) -> dict:
    return {"name": person.name, "address": person.address}
