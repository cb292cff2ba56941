"""Servers that do not do what they should, for the portal to bear."""
import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Peer:
    """A TCP server that treats each caller as `behave(line)` says, in a thread."""

    def __init__(self, behave):
        self.behave = behave
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.callers = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            self.callers += 1
            threading.Thread(target=self.treat, args=[line], daemon=True).start()

    def treat(self, line):
        with line, contextlib.suppress(OSError):
            self.behave(line)

    def close(self):
        self.socket.close()


def silent(line):
    """Says nothing, ever."""
    line.recv(1)
    time.sleep(60)


def hangs_up(line):
    """Goes away at once."""


def drips(line):
    """Says one byte every now and then, so that no single step takes too long."""
    while True:
        line.send(b"*")
        time.sleep(0.1)


def babbles(line):
    """Speaks another protocol."""
    line.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    time.sleep(60)


def script(greeting, answers):
    """Answers each command by its first fitting word; "{tag}" is the command's tag."""

    def behave(line):
        line.sendall(greeting)
        for words in line.makefile("rb"):
            tag = words.split(b" ")[0].decode("ascii", "replace")
            upper = words.upper()
            for word, answer in answers.items():
                if word.encode() in upper:
                    line.sendall(answer.replace(b"{tag}", tag.encode()))
                    break
            else:
                line.sendall(f"{tag} OK done\r\n".encode())

    return behave


class Provider:
    """Gives out access tokens for refresh tokens, and says whose they are: OAuth 2 as far as mail needs it."""

    def __init__(self):
        self.asked = []  # the bodies of the requests for tokens
        self.answer = None  # (status, body) instead of a token
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                provider.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                fine = {"access_token": f"access-{len(provider.asked)}", "expires_in": 3600}
                status, body = provider.answer or (200, json.dumps(fine | provider.more))
                self.reply(status, body)

            def do_GET(self):
                token = self.path.partition("access_token=")[2]
                known = token.startswith("access-")
                self.reply(200 if known else 400, json.dumps({"email": provider.whose} if known else {}))

            def reply(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *words):
                pass

        self.more, self.whose = {}, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
