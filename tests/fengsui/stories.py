"""A small story to run through the pipeline: quiet days, then a crisis within three hours."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings

BRAND = "云朵茶饮"
START = datetime(2026, 3, 16, tzinfo=UTC)
CRISIS = START + timedelta(days=4, hours=3)

CALM = (
    "今天下午路过{place}的云朵茶饮，排队的人不多，点了一杯{drink}坐着看书",
    "云朵茶饮出了新的{drink}，同事说{place}那家可以自提",
    "{place}云朵茶饮门口等朋友，顺手带一杯{drink}回家",
    "周末去{place}逛街，云朵茶饮的{drink}甜度刚好，很好喝",
)
ANGRY = (
    "在{place}的云朵茶饮点了{drink}，喝到一半发现有虫子，太恶心了，要求退款",
    "云朵茶饮{place}店的{drink}里有虫，客服还推脱不处理，气死了",
    "{drink}里喝出虫子！{place}云朵茶饮的店员态度恶劣，我要投诉",
    "再也不去云朵茶饮了，{place}这家{drink}不干净，喝完拉肚子，必须赔偿",
)
PLACES = ("南湖", "北苑", "东门", "西溪", "江边", "老街", "大学城", "火车站", "中山路", "体育场")
DRINKS = ("茉莉奶绿", "杨枝甘露", "葡萄冻", "芋泥波波", "四季春", "柠檬茶", "乌龙奶盖", "桃子乌龙")


def settings(state: Path, **more: Any) -> Settings:
    """Return settings of the story's brand with the store in `state`."""
    brand = BrandSettings(name=BRAND, aliases=("云朵奶茶",))
    return Settings(state=state, brands=(brand,), **more)


def lines(seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield the story's posts in our own JSON Lines form, oldest first."""
    rng = random.Random(seed)
    at, number = START, 0
    while at < CRISIS + timedelta(hours=8):
        crisis = timedelta(0) <= at - CRISIS < timedelta(hours=3)
        number += 1
        yield _line(rng, number, at, ANGRY if crisis else CALM)
        at += timedelta(seconds=rng.expovariate(1 / (90 if crisis else 1500)))


def _line(rng: random.Random, number: int, at: datetime, texts: tuple[str, ...]) -> dict[str, Any]:
    text = rng.choice(texts).format(place=rng.choice(PLACES), drink=rng.choice(DRINKS))
    extra = "".join(rng.choices("的了是在有和就不人都一上也很到说要去你会着没看好自", k=12))
    return {
        "source": "weibo",
        "id": str(number),
        "url": f"https://weibo.example/{number}",
        "text": f"{text} {extra}",
        "author": f"user-{number}",
        "author_name": f"用户{number}",
        "followers": rng.randrange(5000),
        "published_at": at.isoformat(),
    }


def write(path: Path, seed: int = 7) -> Path:
    """Write the story to `path`."""
    with path.open("w", encoding="utf-8") as out:
        for line in lines(seed):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
