"""A mailbox over IMAP, as much of the protocol as a client that reads needs."""

import re
import socketserver
import threading
from collections.abc import Sequence

PASSWORD = "a-password"


class MailServer(socketserver.ThreadingTCPServer):
    """Serves letters by their numbers; `said` holds every line of the client but the login."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, letters: Sequence[bytes], valid: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters = dict(enumerate(letters, start=1))
        self.valid = valid
        self.said: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def __enter__(self) -> "MailServer":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._line("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            name = command.split()[0].upper()
            if name != "LOGIN":
                self.server.said.append(command)
            if not getattr(self, f"_{name.lower()}", self._unknown)(tag, command):
                return

    def _line(self, text: str) -> bool:
        self.wfile.write(f"{text}\r\n".encode())
        return True

    def _unknown(self, tag: str, _: str) -> bool:
        return self._line(f"{tag} BAD what")

    def _capability(self, tag: str, _: str) -> bool:
        self._line("* CAPABILITY IMAP4rev1")
        return self._line(f"{tag} OK done")

    def _login(self, tag: str, command: str) -> bool:
        good = PASSWORD in command
        return self._line(f"{tag} OK done" if good else f"{tag} NO wrong {command}")

    def _examine(self, tag: str, command: str) -> bool:
        if "INBOX" not in command:
            return self._line(f"{tag} NO no such mailbox")
        self._line(f"* {len(self.server.letters)} EXISTS")
        self._line(f"* OK [UIDVALIDITY {self.server.valid}] ok")
        return self._line(f"{tag} OK [READ-ONLY]")

    def _uid(self, tag: str, command: str) -> bool:
        if match := re.match(r"UID SEARCH (?:UID (\d+):\*|SINCE .*)", command):
            first = int(match[1] or 1)
            numbers = [n for n in self.server.letters if n >= first]
            numbers = numbers or [max(self.server.letters, default=0)]
            self._line(f"* SEARCH {' '.join(map(str, numbers))}")
        elif match := re.match(r"UID FETCH (\d+) ", command):
            letter = self.server.letters[int(match[1])]
            self.wfile.write(f"* 1 FETCH (UID {match[1]} BODY[]<0> {{{len(letter)}}}\r\n".encode())
            self.wfile.write(letter + b")\r\n")
        return self._line(f"{tag} OK done")

    def _logout(self, tag: str, _: str) -> bool:
        self._line("* BYE")
        self._line(f"{tag} OK done")
        return False
