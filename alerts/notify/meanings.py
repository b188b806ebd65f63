"""What the code in a service's answer means to the sender. An HTTP 200 says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.notify.calls import Answer
from alerts.notify.protocol import NotifyError
from alerts.notify.retry_after import retry_after

DEFAULT_PAUSE = timedelta(seconds=30)
RETRIED_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to do about a refusal: whether and when to try again, and what a person can do.

    `worded` has the meanings of a code that stands for several things, each with the word of the
    service's own text that tells it.
    """

    hint: str
    retry: bool = False
    after: timedelta | None = None
    worded: "tuple[tuple[str, Meaning], ...]" = ()


class ServiceFailure(NotifyError):
    """A NotifyError with the service's own code, None where none came."""

    def __init__(
        self, text: str, *, retry: bool, after: timedelta | None = None, code: int | None = None
    ) -> None:
        super().__init__(text, retry=retry, after=after)
        self.code = code


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a service: its name, the fields with code and text, and each code's meaning.

    `pause_header` is the header that says in seconds how long to wait, besides Retry-After.
    """

    service: str
    field: str
    text: str
    meanings: Mapping[int, Meaning]
    pause_header: str = ""

    def failure_of(self, answer: Answer) -> ServiceFailure | None:
        """Return what the answer means, None where it took the message.

        The text holds the code and a hint, never what the service wrote: that may quote us.
        """
        code = _number(answer.data.get(self.field))
        if code == 0 and 200 <= answer.status < 300:
            return None
        if code in self.meanings and code is not None:
            return self._known(code, answer)
        if answer.status >= 500 or answer.status in RETRIED_STATUSES:
            after = self._pause(answer)
            if answer.status == 429:
                after = after or DEFAULT_PAUSE
            text = f"{self.service} answered HTTP {answer.status}"
            return ServiceFailure(text, retry=True, after=after, code=code)
        if code is not None and code != 0:
            return ServiceFailure(f"{self.service}: {code}", retry=False, code=code)
        if 200 <= answer.status < 300:
            return ServiceFailure(f"the answer does not come from {self.service}", retry=True)
        return ServiceFailure(f"{self.service} answered HTTP {answer.status}", retry=False)

    def _known(self, code: int, answer: Answer) -> ServiceFailure:
        meaning = self.meanings[code]
        said = str(answer.data.get(self.text, "")).lower()
        meaning = next((one for word, one in meaning.worded if word in said), meaning)
        after = (self._pause(answer) or meaning.after) if meaning.retry else None
        text = f"{self.service}: {code} ({meaning.hint})"
        return ServiceFailure(text, retry=meaning.retry, after=after, code=code)

    def _pause(self, answer: Answer) -> timedelta | None:
        own = answer.headers.get(self.pause_header, "") if self.pause_header else ""
        return retry_after(answer.headers) or retry_after({"retry-after": own})


def _number(value: object) -> int | None:
    """Return the code as a number; None where there is none. It may come as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = value.strip() if isinstance(value, str) else ""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None
