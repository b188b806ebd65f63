"""Texts that this page signed itself, and that end by themselves: sessions, links, notices."""

import hmac
import os
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken

VARIABLE: Final = "FENGSUI_PAGE_KEY"
FILE: Final = "page.key"
_OWNER_ALONE: Final = 0o600
T = TypeVar("T")


class KeyUnusable(Exception):
    """The key of the page cannot be used; the message says where it stands."""


class Tokens:
    """Makes texts that nobody else can make, and reads them again."""

    def __init__(self, key: bytes) -> None:
        self._box = Fernet(key)
        self._key = key

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def made(self, purpose: str, content: Any, at: int) -> str:
        """Return a text that holds `content` for one purpose, made at the second `at`."""
        body = msgspec.json.encode({"purpose": purpose, "content": content})
        return self._box.encrypt_at_time(body, at).decode()

    def read(self, purpose: str, text: str, kind: type[T], age: int, at: int) -> T | None:
        """Return what a text holds: None where it is not ours, older than `age`, or for another."""
        try:
            body = self._box.decrypt_at_time(text.encode(), age, at)
            read = msgspec.json.decode(body)
            if read["purpose"] != purpose:
                return None
            return msgspec.convert(read["content"], kind)
        except (InvalidToken, ValueError, TypeError, KeyError):
            return None

    def mark(self, purpose: str, text: str) -> str:
        """Return a mark of `text` that only this page can make."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), sha256).hexdigest()

    def is_marked(self, purpose: str, text: str, mark: str) -> bool:
        """Say whether `mark` is that of `text`."""
        return hmac.compare_digest(self.mark(purpose, text).encode(), mark.encode())


def tokens_of(state: Path) -> Tokens:
    """Return the tokens by the key of the environment, else by that of the state folder.

    Raises:
        KeyUnusable: the key is none.
    """
    try:
        return Tokens(_key(state))
    except ValueError:
        where = VARIABLE if os.environ.get(VARIABLE) else state / FILE
        raise KeyUnusable(
            f"{where}: no key of the page; delete it, and a new one is made"
        ) from None


def _key(state: Path) -> bytes:
    if given := os.environ.get(VARIABLE, "").strip():
        return given.encode()
    path = state / FILE
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ALONE), "wb"
        ) as f:
            f.write(Fernet.generate_key())
    except FileExistsError:
        pass
    return path.read_bytes().strip()
