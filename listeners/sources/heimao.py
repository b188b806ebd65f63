"""黑猫投诉: an authorised feed of a merchant's complaints in the desk's own shape.

The desk signs its site's requests with a salt; that is neither shipped nor forged here. What is
read is an address that the merchant may read, such as one's own export service. Held against
recorded shapes and the tests' server.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, field_validator

from listeners.client.response import Answer, json_of, public
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import Fault, Reading, Unreadable
from listeners.formats.heimao import answers
from listeners.pagination import Entry, Page, newest_first, read_parts, rejected
from listeners.protocol import Item, Listener, Refusal
from listeners.source import Variable, WebSource, checked_address, is_clear
from listeners.sources.feed import secret
from records import Window

# In hand, answered, closed: the desk's numbers of its lists.
LISTS: Final = ("1", "2", "3")


class HeimaoSource(WebSource):
    """A merchant's complaints: each of the desk's lists is a part.

    `company` is the desk's number of the merchant. `token_env` names the variable with the bearer
    token that the feed wants, if any.
    """

    platform: ClassVar[str] = "heimao"

    kind: Literal["heimao"]
    base_url: str
    company: str = Field(pattern=r"^\d{1,19}$")
    accept_terms: Literal["黑猫投诉用户协议"]
    token_env: Variable | None = None
    lists: tuple[Literal["1", "2", "3"], ...] = Field(default=LISTS, min_length=1)
    most_pages: int = Field(default=20, ge=1, le=200)
    overlap_minutes: float = Field(default=60, ge=0, le=10_080)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if is_clear(url):
            raise ValueError("complaints are read over https:// only")
        return checked_address(url).rstrip("/")

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return HeimaoListener(self, context)


def parse(answer: answers.Answer, reading: Reading) -> Iterator[Entry]:
    """Yield the complaints of an answer and what was unreadable in it.

    Raises:
        ListenerError: the answer is a refusal.
        Unreadable: it is no answer of this desk.
    """
    for place, found in enumerate(answers.parse(answer, reading), start=1):
        yield (
            rejected(answers.SOURCE, found, reading, place) if isinstance(found, Fault) else found
        )


def read_page(answer: Answer) -> Page:
    """Return the page that an HTTP answer holds.

    Raises:
        ListenerError: it holds a refusal, or is no answer of this desk.
    """
    found = json_of(answer, answers.decode)
    try:
        entries = list(parse(found, Reading(answer.url, answer.fetched_at, answer.fetched_at)))
    except Unreadable as error:
        raise Refused(f"{public(answer.url)}: {error}", Refusal.CHANGED) from error
    pager = _pager(found)
    return Page(entries, more=bool(entries) and pager.get("next") not in (0, None, "0", False),
                skew=answer.skew)  # fmt: skip


def _pager(answer: answers.Answer) -> dict[str, Any]:
    result = answer.result
    data = result.data if isinstance(result, answers.Result) else None
    pager = data.pager if isinstance(data, answers.Data) else None
    return pager if isinstance(pager, dict) else {}


class HeimaoListener:
    """Reads the lists, the newest first, back to where they were read before."""

    def __init__(self, settings: HeimaoSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context
        self._web = context.web(settings.name, settings.request_seconds)
        self._overlap = timedelta(minutes=settings.overlap_minutes)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield the complaints of each list; see `listeners.pagination`.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            yield from read_parts(
                self.name, self._settings.lists, window, self._context, self._list
            )

    def _list(self, part: str, window: Window) -> Iterator[Item]:
        most = self._settings.most_pages
        yield from newest_first(part, window, self._overlap, most, partial(self._page, part))

    def _page(self, part: str, number: int) -> Page:
        token = self._settings.token_env
        headers = {"authorization": f"Bearer {secret(token)}"} if token else {}
        params: dict[str, str | int] = {
            "couid": self._settings.company, "type": part, "page": number, "page_size": 30
        }  # fmt: skip
        url = f"{self._settings.base_url}/api/company/received_complaints"
        return self._web.ask(url, read_page, params=params, headers=headers)
