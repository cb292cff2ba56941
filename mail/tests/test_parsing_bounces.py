"""Reports of mail servers (RFC 3464, 5965, 6522, 8098; RULES, "Bounces")."""

import pytest

from mail.parsing import parse

from .raw import mail, part, with_parts

STATUS = """Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0100

Final-Recipient: rfc822; ben@example.net
Action: delayed
Status: 4.2.0

Final-Recipient: rfc822;carl@example.net
Action: failed
Status: 5.1.1 (unknown)
Diagnostic-Code: smtp; 550 5.1.1 <carl@example.net>: Recipient
 address rejected
"""
OURS = "Message-ID: <ours.1@desk.example>\nSubject: Printer\nFrom: desk@example.com\n"


def report(*parts, kind="delivery-status", **heads):
    raw = with_parts("report", *parts, **{"sender": "MAILER-DAEMON@example.net", "subject": "Undelivered", **heads})
    return raw.replace(b'boundary="b"', f'boundary="b"; report-type={kind}'.encode(), 1)


def test_a_report_says_who_why_and_about_which_mail():
    status, original = part("message/delivery-status", STATUS), part("message/rfc822", OURS + "\nhi")
    letter = parse(report(part("text/plain", "Sorry."), status, original))
    bounce = letter.bounce
    assert (letter.kind, letter.auto_submitted, letter.out_of_office) == ("bounce", True, False)
    assert (bounce.recipient, bounce.action, bounce.status) == ("carl@example.net", "failed", "5.1.1")
    assert bounce.diagnostic == "550 5.1.1 <carl@example.net>: Recipient address rejected"
    assert (bounce.message_id, bounce.permanent) == ("<ours.1@desk.example>", True)


def test_the_head_of_the_failed_mail_is_enough():
    """RULES, "Bounces": text/rfc822-headers."""
    raw = report(part("message/delivery-status", STATUS), part("text/rfc822-headers", OURS))
    assert parse(raw).bounce.message_id == "<ours.1@desk.example>"


def test_a_delay_is_no_failure():
    """RULES, "Bounces": 4.x.x delayed."""
    raw = report(part("message/delivery-status", STATUS.partition("\nFinal-Recipient: rfc822;carl")[0]))
    assert (parse(raw).bounce.action, parse(raw).bounce.permanent) == ("delayed", False)


PROSE = """Hi. This is the program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<carl@example.net>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such user

--- Below this line is a copy of the message.

Return-Path: <desk@example.com>
Message-ID: <ours.1@desk.example>
Subject: Printer
"""


@pytest.mark.parametrize(
    ("sender", "subject", "heads"),
    [
        ("MAILER-DAEMON@example.net", "failure notice", []),
        ("Mail Delivery System <Mailer-Daemon@example.net>", "Anything at all", []),
        ("postmaster@example.net", "Undeliverable: Printer", []),
        ("MAILER-DAEMON <>", "Mail delivery failed", []),
        ("", "Delivery Status Notification (Failure)", ["Return-Path: <>"]),
        ("postmaster@example.net", "Unzustellbar: Drucker", []),
        ("info@example.net", "Anything", ["X-Failed-Recipients: carl@example.net"]),
        ("info@example.net", "Non remis : Imprimante", ["Return-Path: <>"]),
    ],
)
def test_a_report_in_prose_is_known_and_read(sender, subject, heads):
    """RULES, "Bounces": the standard alone is not enough."""
    letter = parse(mail(PROSE, *heads, "To: desk@example.com", sender=sender, subject=subject))
    assert (letter.kind, letter.auto_submitted) == ("bounce", True)
    bounce = letter.bounce
    assert (bounce.recipient, bounce.status, bounce.action) == ("carl@example.net", "5.1.1", "failed")
    assert (bounce.message_id, bounce.permanent) == ("<ours.1@desk.example>", True)


def test_a_warning_in_prose_is_a_delay():
    body = "Message to carl@example.net could not be sent yet.\n451 4.4.1 Try later. It will be retried for 3 days."
    letter = parse(mail(body, sender="mailer-daemon@example.net", subject="Warning: message delayed 24 hours"))
    assert (letter.bounce.action, letter.bounce.permanent) == ("delayed", False)


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        ("anna@example.com", "Undeliverable: Printer", PROSE),
        ("anna@example.com", "Fwd: failure notice", "I got this:\n\n" + PROSE),
        ("anna@example.com", "Mail delivery failed", "What does this mean?"),
        ("postmaster@example.net", "New rules for our mail system", "From Monday on the limit is 20 MB."),
    ],
)
def test_a_person_who_writes_about_a_report_is_a_person(sender, subject, body):
    assert parse(mail(body, sender=sender, subject=subject)).bounce is None


def test_a_vacation_notice_with_an_empty_sender_is_no_report():
    letter = parse(mail("Back on Monday.", "Return-Path: <>", "Auto-Submitted: auto-replied", subject="Away: Printer"))
    assert (letter.kind, letter.bounce) == ("auto_reply", None)


def test_a_complaint_is_a_kind_of_its_own():
    """RFC 5965."""
    complaint = part("message/feedback-report", "Feedback-Type: abuse")
    raw = report(part("text/plain", "Abuse."), complaint, kind="feedback-report")
    assert (parse(raw).kind, parse(raw).auto_submitted, parse(raw).bounce) == ("feedback", True, None)


def test_a_reading_receipt_is_a_programs_answer():
    """RFC 8098."""
    raw = report(
        part("text/plain", "It was read."),
        part("message/disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed"),
        kind="disposition-notification",
        sender="anna@example.com",
        subject="Read: Printer",
    )
    assert (parse(raw).kind, parse(raw).auto_submitted) == ("auto_reply", True)
