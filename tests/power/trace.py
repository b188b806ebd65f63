"""What a process asked the kernel to do with the files of a folder, read from `strace`."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CALLS: Final = (
    "openat,write,pwrite64,lseek,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,"
    "ftruncate,mkdir,mkdirat,link,linkat"
)
# Calls that change files in other ways: where one appears, the replay would be wrong.
UNKNOWN: Final = "writev,pwritev,pwritev2,fallocate,copy_file_range,sendfile,truncate"
NAMING: Final = frozenset({"rename", "unlink", "mkdir", "link"})
MARK: Final = b"MARK "
_LINE: Final = re.compile(r"\d+ +(\w+)\((.*)\) += +(-?\d+)(?:<(.*)>)?")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_PLACE: Final = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class Event:
    """One call: `what` is write, truncate, sync, create, mkdir, link, rename, unlink or mark."""

    what: str
    path: str = ""
    offset: int = 0
    data: bytes = b""
    to: str = ""


def traced(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> list[Event]:
    """Run a Python module to its end, and return what it did in `folder`, in order.

    Raises:
        ValueError: it made a call that is not understood.
    """
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "33554432"]
    command += ["-e", f"trace={CALLS},{UNKNOWN}", "-o", str(log)]
    subprocess.run(
        [*command, sys.executable, *arguments], env=dict(environment), check=True, timeout=300
    )
    return list(_Reader(str(folder)).events(log))


class _Reader:
    def __init__(self, root: str) -> None:
        self._root = root
        self._places: dict[int, int] = {}
        self._known: set[str] = set()

    def events(self, log: Path) -> Iterator[Event]:
        """Yield what was done below the root, and the marks."""
        with log.open(encoding="ascii") as lines:
            for line in lines:
                if "<unfinished ...>" in line and self._hex(self._root) in line:
                    raise ValueError(f"two threads write at once: {line[:200]}")
                found = _LINE.match(line)
                if found and int(found[3]) >= 0:
                    yield from self._event(found[1], found[2], int(found[3]), found[4] or "")

    @staticmethod
    def _hex(path: str) -> str:
        return "".join(f"\\x{byte:02x}" for byte in path.encode())

    def _event(self, call: str, arguments: str, answer: int, opened: str) -> Iterator[Event]:
        texts = [_bytes(text) for text, _ in _TEXT.findall(arguments)]
        place = _PLACE.match(arguments)
        number = int(place[1]) if place else -1
        path = _bytes(place[2]).decode() if place else ""
        if call == "write" and texts and texts[0].startswith(MARK):
            yield Event("mark", texts[0].decode().removeprefix(MARK.decode()).strip())
        elif call == "openat":
            yield from self._opened(_bytes(opened).decode(), arguments, answer)
        elif (name := call.removesuffix("2").removesuffix("at")) in NAMING:
            names = [self._absolute(text.decode()) for text in texts]
            if self._is_ours(names[0]):
                yield Event(name, names[0], to=names[-1])
        elif self._is_ours(path):
            yield from self._on_file(call, path, number, arguments, answer, texts)

    def _on_file(
        self, call: str, path: str, number: int, arguments: str, answer: int, texts: list[bytes]
    ) -> Iterator[Event]:
        last = arguments.rsplit(",", 1)[-1].strip()
        if call == "lseek":
            self._places[number] = answer
        elif call == "write":
            at = self._places.get(number, 0)
            self._places[number] = at + answer
            yield Event("write", path, at, texts[0][:answer])
        elif call == "pwrite64":
            yield Event("write", path, int(last), texts[0][:answer])
        elif call == "ftruncate":
            yield Event("truncate", path, int(last))
        elif call in {"fsync", "fdatasync"}:
            yield Event("sync", path)
        else:
            raise ValueError(f"{call} is not understood")

    def _opened(self, path: str, arguments: str, number: int) -> Iterator[Event]:
        self._places[number] = 0
        if not self._is_ours(path):
            return
        if "O_CREAT" in arguments and path not in self._known:
            self._known.add(path)
            yield Event("create", path)
        elif "O_TRUNC" in arguments:
            yield Event("truncate", path, 0)
        if "O_APPEND" in arguments:
            raise ValueError(f"{path} is appended to: that is not understood")

    def _absolute(self, name: str) -> str:
        return name if name.startswith("/") else f"{Path.cwd()}/{name}"

    def _is_ours(self, path: str) -> bool:
        # SQLite's shared memory is made anew after a restart.
        return (
            path.startswith(f"{self._root}/") and not path.endswith("-shm")
        ) or path == self._root


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
