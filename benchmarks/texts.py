"""Texts to measure on: real posts where they lie next to the checkout, else made-up ones."""

import csv
import lzma
import random
from itertools import islice
from pathlib import Path
from typing import Final

_POSTS: Final = Path(__file__).parents[2] / "shared/data/weibo_senti_train.csv.xz"
_WORDS: Final = (
    *(
        "云朵",
        "茶饮",
        "奶茶",
        "门店",
        "客服",
        "退款",
        "投诉",
        "味道",
        "真的",
        "不错",
        "难喝",
        "半天",
    ),
    *(
        "没人",
        "今天",
        "我们",
        "一起",
        "服务",
        "态度",
        "太差",
        "手机",
        "屏幕",
        "坏了",
        "质量",
        "价格",
    ),
    *("去", "买", "了", "的", "很", "吧", "[怒]", "[哈哈]", "，", "。", "！", "OK", "618", "Pro"),
)


def posts(count: int) -> tuple[list[str], str]:
    """Return `count` texts, and what they are in words."""
    if not _POSTS.exists():
        draw = random.Random(1)
        made = ["".join(draw.choices(_WORDS, k=draw.randint(5, 60))) for _ in range(count)]
        return made, f"{count:,} made-up texts"
    with lzma.open(_POSTS, "rt", encoding="utf-8", newline="") as lines:
        rows = islice(csv.DictReader(lines), count)
        return [row["review"] for row in rows], f"{count:,} real posts"
