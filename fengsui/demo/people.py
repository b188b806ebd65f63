"""The people of the sample: made-up names, ids and followers."""

from dataclasses import dataclass
from random import Random

from fengsui.demo.phrases import Deck, read

REGULARS = 700
LARGEST_CROWD = 400_000


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `badge` is Weibo's verified_type: -1 none, 0 person, 2 company, 3 media."""

    id: int
    name: str
    followers: int
    region: str
    device: str
    badge: int = -1


OFFICIAL_TEA = Person(7700000001, "云朵茶饮官方", 386_000, "江苏", "微博网页版", 2)
OFFICIAL_APPLIANCE = Person(7700000002, "鹿屿小电官方", 121_000, "广东", "微博网页版", 2)
BIG_ACCOUNT = Person(1690000003, "深夜吃瓜研究所", 2_134_000, "北京", "iPhone客户端", 0)
MEDIA = Person(1690000004, "江声都市报", 1_467_000, "江苏", "微博视频号", 3)
FIRST_VICTIM = Person(5310000005, "橙子汽水不加冰", 213, "江苏", "iPhone客户端")
VIDEO_MAKER = Person(5310000006, "豆豆妈今天没发火", 1_862, "江苏", "Android客户端")
INSIDER = Person(7910000007, "打工人小赵不干了", 96, "江苏", "Android客户端")
FLOODER = Person(7990000008, "全屋小电内购价", 12, "广东", "Android客户端")


class Crowd:
    """Everybody who writes: some again and again, some once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        parts = read("people")
        self._first = Deck[str](parts["first"], random)
        self._second = Deck[str](parts["second"], random)
        self._regions, self._devices = parts["region"], parts["source"]
        self._names: set[str] = set()
        self._next_id = 1_100_000_000
        self._regulars = [self.newcomer() for _ in range(REGULARS)]

    def regular(self) -> Person:
        """Return somebody who may have written before."""
        return self._random.choice(self._regulars)

    def newcomer(self) -> Person:
        """Return somebody who has not written before."""
        self._next_id += self._random.randrange(1, 1_500_000)
        followers = int(min(LARGEST_CROWD, self._random.lognormvariate(5.2, 1.6)))
        badge = self._badge(followers)
        return Person(
            id=self._next_id,
            name=self._name(),
            followers=followers,
            region=self._random.choice(self._regions),
            device=self._random.choice(self._devices),
            badge=badge,
        )

    def _name(self) -> str:
        name = self._first.deal() + self._second.deal()
        while name in self._names or self._random.random() < 0.15:
            name = f"{self._first.deal()}{self._second.deal()}{self._random.randrange(10, 9999)}"
        self._names.add(name)
        return name

    def _badge(self, followers: int) -> int:
        if followers < 20_000:
            return -1
        return self._random.choice([0, 220, 220])
