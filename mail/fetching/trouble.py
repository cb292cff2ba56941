"""What can go wrong with a mailbox, as a code that operators read in words, with what the server said."""
import contextlib
import imaplib
import poplib
import socket
import ssl

from imap_tools.errors import ImapToolsError

from helpdesk_site.lib.text import clean_line

from ..models import Mailbox

Problem = Mailbox.Problem


class Trouble(Exception):  # noqa: N818 - named as the desk says it
    """`problem` is a Mailbox.Problem, `answer` the server's or the machine's own words."""

    def __init__(self, problem, answer=""):
        super().__init__(problem, answer)
        self.problem = problem
        self.answer = clean_line(str(answer))[:500]


@contextlib.contextmanager
def during(refused, *, broken=Problem.BROKEN_OFF):
    """Turn whatever goes wrong in a step into Trouble: the server's no is `refused`, a line that breaks is `broken`."""
    try:
        yield
    except Trouble:
        raise
    except imaplib.IMAP4.readonly as error:
        raise Trouble(Problem.NOT_MARKED, error) from error
    except imaplib.IMAP4.abort as error:
        raise Trouble(Problem.PROTOCOL if "unexpected" in str(error) else broken, error) from error
    except (imaplib.IMAP4.error, ImapToolsError, poplib.error_proto) as error:
        answer = said(error)
        raise Trouble(broken if "EOF" in answer else refused, answer) from error
    except ssl.SSLCertVerificationError as error:
        raise Trouble(Problem.CERTIFICATE, error.verify_message) from error
    except ssl.SSLEOFError as error:
        raise Trouble(broken, error.strerror) from error
    except ssl.SSLError as error:
        raise Trouble(Problem.NO_TLS, error.reason or error) from error
    except socket.gaierror as error:
        raise Trouble(Problem.NO_HOST, error.strerror) from error
    except TimeoutError as error:
        raise Trouble(Problem.HUNG, error) from error
    except OSError as error:
        raise Trouble(broken, error.strerror or error) from error


def said(error):
    """The server's words in an exception of the libraries."""
    result = getattr(error, "command_result", None)  # imap-tools: ("NO", [b"…"])
    words = result[1] if result else error.args
    parts = words if isinstance(words, (list, tuple)) else [words]
    texts = (part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts if part)
    return clean_line(" ".join(texts))[:500]
