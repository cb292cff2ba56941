"""What became of a mail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`outcome` is one of mail.models.IncomingMail.Outcome, `reason` a code of WORDS in `reasons`; `left_out` are
    sentences on files that were not taken."""

    outcome: str
    reason: str = ""
    ticket: object = None
    message: object = None
    is_staff: bool = False
    left_out: tuple = ()

    @property
    def reference(self):
        """For the import log: the ticket's number, with the message's where there is one."""
        if self.ticket is None:
            return ""
        mark = self.message.label.replace("N", "#N") if self.message else ""
        return f"{self.ticket.number}{mark}"
