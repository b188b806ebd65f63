"""Complaints on 黑猫: one a day or so in ordinary weeks, and a crowd of them in the crisis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fengsui.demo.crisis import FIRST_COMPLAINT, OVER
from fengsui.demo.narrator import PostWriter
from fengsui.demo.people import FIRST_VICTIM, Person
from fengsui.demo.phrases import Phrases, read
from fengsui.demo.rhythm import Knots, Rate, arrivals, rhythm, wave
from fengsui.demo.story import SINCE, UNTIL

TEA_A_DAY, APPLIANCE_A_DAY = 1.0, 0.9
# Minutes after the first complaint on Weibo.
SPARKS = (4.0, 12.0, 21.0, 29.0)
# Hours from the first complaint, complaints an hour.
WAVE: Knots = (
    (0.5, 3), (2.5, 5), (4, 9), (6, 4), (8, 0.6), (12, 2), (15, 6), (20, 2),
    (30, 0.6), (46, 0.1), (50, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Whom a complaint is about."""

    id: int
    name: str


TEA = Company(6660010203, "云朵茶饮")
APPLIANCE = Company(6660040506, "鹿屿小电")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint and what became of it; `cost` is in yuan."""

    sn: str
    company: Company
    at: datetime
    author: Person
    title: str
    summary: str
    appeal: str
    issue: str
    cost: str
    upvotes: int
    lag: timedelta
    replied_at: datetime
    completed_at: datetime
    reply: str
    verdict: str

    @property
    def visible_at(self) -> datetime:
        """From when the platform shows it."""
        return self.at + self.lag


def complaints(narrator: PostWriter) -> list[Complaint]:
    """Return all complaints of the three weeks, in the order in which the platform shows them."""
    clerk = _Clerk(narrator)
    filed = [*_ordinary(clerk), *_crisis(clerk)]
    return sorted((one for one in filed if one.at < UNTIL), key=lambda one: one.visible_at)


def _ordinary(clerk: "_Clerk") -> Iterator[Complaint]:
    for company, scene, rate in (
        (TEA, "tea", rhythm(TEA_A_DAY)),
        (APPLIANCE, "appliance", rhythm(APPLIANCE_A_DAY)),
    ):
        for at in clerk.times(rate, SINCE, UNTIL):
            yield clerk.file(at, company, scene)


def _crisis(clerk: "_Clerk") -> Iterator[Complaint]:
    for place, minute in enumerate(SPARKS):
        author = FIRST_VICTIM if place == 0 else None
        yield clerk.file(FIRST_COMPLAINT + timedelta(minutes=minute), TEA, "crisis", author)
    for at in clerk.times(wave(FIRST_COMPLAINT, WAVE), FIRST_COMPLAINT, OVER):
        yield clerk.file(at, TEA, "crisis")


class _Clerk:
    """Writes complaints down and numbers them."""

    def __init__(self, narrator: PostWriter) -> None:
        self._narrator, self._random = narrator, narrator.random
        crisis, appliance = read("crisis")["banks"], read("appliance")["banks"]
        self._phrases = Phrases(
            "complaints",
            self._random,
            **{bank: crisis[bank] for bank in ("found", "staff", "body")},
            product=appliance["product"],
        )

    def times(self, rate: Rate, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield when complaints are filed."""
        return arrivals(self._random, rate, since, until)

    def file(
        self, at: datetime, company: Company, scene: str, author: Person | None = None
    ) -> Complaint:
        """Return a new complaint about `company`."""
        say, random = self._phrases.say, self._random
        cost = random.randrange(12, 40) if company is TEA else random.randrange(89, 499)
        replied_at = at + timedelta(hours=random.uniform(9, 50))
        return Complaint(
            sn=f"173{int(at.timestamp()) % 10_000_000:07d}{random.randrange(10)}",
            company=company,
            at=at,
            author=author or self._narrator.crowd.newcomer(),
            title=say(f"{scene}_title"),
            summary=say(f"{scene}_summary", cost=str(cost)),
            appeal=say(f"{scene}_appeal"),
            issue=say(f"{scene}_kind"),
            cost=f"{cost}.00",
            upvotes=int(random.paretovariate(1.1)) * (12 if scene == "crisis" else 1),
            lag=timedelta(seconds=random.uniform(30, 150)),
            replied_at=replied_at,
            completed_at=replied_at + timedelta(hours=random.uniform(12, 90)),
            reply=say("reply"),
            verdict=say("verdict"),
        )
