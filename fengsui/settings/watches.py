"""Rules of a team's own: posts to be reported at once, topics that are watched like brands."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from alerts.settings import NamedLevel
from records import Account, Level
from store.query import parse

AccountKind = Literal["media", "government", "company", "organisation", "notable"]
_Text = Annotated[str, Field(min_length=1, max_length=100)]


class WatchSettings(BaseModel):
    """One post is enough: one that holds a word, by an account that counts, of a brand.

    Where there are words and accounts (`followers` at least, a kind of `accounts`, `authors` by
    name or id), both must fit. `most_a_day` posts of a brand are reported in a day of China's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    brands: tuple[str, ...] = ()
    words: tuple[_Text, ...] = Field(default=(), max_length=500)
    followers: int = Field(default=0, ge=0)
    accounts: tuple[AccountKind, ...] = ()
    authors: tuple[_Text, ...] = Field(default=(), max_length=5000)
    troubled_only: bool = False
    level: NamedLevel = Level.YELLOW
    most_a_day: int = Field(default=5, ge=1, le=1000)

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.words or self.asks_for_account):
            raise ValueError("a watch names words, followers, accounts or authors")
        return self

    @property
    def asks_for_account(self) -> bool:
        """Whether not every account counts."""
        return bool(self.followers or self.accounts or self.authors)

    @property
    def kinds(self) -> frozenset[Account]:
        """The kinds of account that count."""
        return frozenset(map(Account, self.accounts))


class TopicSettings(BaseModel):
    """A topic, watched like a brand: its name, and the search that its posts fit.

    The language is that of `fengsui search`: 奶茶 AND (香精 OR 植脂末) NOT 抽奖.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    query: str

    @field_validator("query")
    @classmethod
    def _is_a_search(cls, query: str) -> str:
        # What the words are cut into is the stores' matter; the form is the same for all.
        parse(query, lambda word: [word] if any(map(str.isalnum, word)) else [])
        return query
