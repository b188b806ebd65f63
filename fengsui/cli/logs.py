"""The log on the error stream: one line a record, also for an error, and few of the same kind."""

import json
import logging
import sys
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from records.time import BEIJING


class LogFormat(StrEnum):
    """The form of a line."""

    TEXT = "text"
    JSON = "json"


# Of one kind a warning or an error is written at most so often; those left out are counted.
EACH: Final = 60.0
MOST_KINDS: Final = 1000
# No line of an error is longer: a server's answer can be a whole page.
LONGEST: Final = 2000


@dataclass(slots=True)
class _Kind:
    written: float
    left_out: int = 0


class FewOfAKind(logging.Filter):
    """Lets a warning or an error of one kind through once a minute, with the number left out.

    A kind is the place in the program, the text without its values, and the class of the error.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._timer = timer
        self._kinds: dict[Hashable, _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be written; note on it how many were not."""
        if record.levelno < logging.WARNING:
            return True
        error = record.exc_info[0] if record.exc_info else None
        key = (record.name, record.lineno, str(record.msg), error, _first(record.args))
        now, kind = self._timer(), self._kinds.get(key)
        if kind is not None and now - kind.written < EACH:
            kind.left_out += 1
            return False
        record.left_out = kind.left_out if kind is not None else 0
        self._kinds.pop(key, None)
        self._kinds[key] = _Kind(now)
        if len(self._kinds) > MOST_KINDS:
            del self._kinds[next(iter(self._kinds))]
        return True


def _first(args: object) -> str:
    """Return the first value: it names the source, the step or the receiver concerned."""
    return str(args[0])[:200] if isinstance(args, tuple) and args else ""


class LineFormatter(logging.Formatter):
    """Writes a record as one line; where `traces`, the trace of an error follows in it."""

    def __init__(self, shape: LogFormat, *, traces: bool = False) -> None:
        super().__init__()
        self._shape = shape
        self._traces = traces

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = self._facts(record)
        if self._shape is LogFormat.JSON:
            return json.dumps(said, ensure_ascii=True, default=str)
        more = [f"({said['error']})"] if "error" in said else []
        more += [f"[{said['left_out']} more like it]"] if "left_out" in said else []
        more += [said["trace"]] if "trace" in said else []
        line = " ".join((said["time"], said["level"], said["logger"] + ":", said["message"], *more))
        return _printable(line)

    def _facts(self, record: logging.LogRecord) -> dict[str, Any]:
        zone = UTC if self._shape is LogFormat.JSON else BEIJING
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, zone).isoformat(timespec="seconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = _described(record.exc_info[1], record.exc_info[2])[:LONGEST]
            if self._traces:
                said["trace"] = self.formatException(record.exc_info)
        if left_out := getattr(record, "left_out", 0):
            said["left_out"] = left_out
        return said | getattr(record, "facts", {})


def _described(error: BaseException, trace: TracebackType | None) -> str:
    """Return an error in one line: its class, its text, and where it was raised."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return text
    return f"{text} at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _printable(line: str) -> str:
    """Return the line with what does not show, line breaks too, escaped."""
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)


class ErrorStream(logging.Handler):
    """Writes to the error stream as it is now; one that is closed or full ends nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # Nowhere is left to say it.
            return


def log_to_error_stream(shape: LogFormat = LogFormat.TEXT, *, verbose: bool = False) -> None:
    """Let the log be written in this form from now on; with `verbose` all of it, and traces.

    Where a program around this one takes the log already, that goes on.
    """
    root = logging.getLogger()
    others = [one for one in root.handlers if not isinstance(one, ErrorStream)]
    if not others:
        handler = ErrorStream()
        handler.addFilter(FewOfAKind())
        handler.setFormatter(LineFormatter(shape, traces=verbose))
        root.handlers = [handler]
        root.setLevel(logging.INFO if verbose else logging.WARNING)
    # They log the address of every request, which can hold a secret.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if not verbose:
        # It logs every attempt, with a trace; the outcome is reported at the end.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def write_in(shape: LogFormat) -> None:
    """Let the log go on in this form, with as much in it as before."""
    verbose = logging.getLogger().getEffectiveLevel() <= logging.INFO
    log_to_error_stream(shape, verbose=verbose)
