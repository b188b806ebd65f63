"""Rules of `fengsui terms`, over the store and over files."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.services import Services
from fengsui.settings.application import load
from tests.fengsui.commands import UNSAFE, Shell
from tests.store.making import BRAND, mention, post

USUAL = ("味道", "门店", "排队", "好喝", "价格", "包装", "周末", "朋友", "奶茶", "下午", "孩子")
BEFORE = "喝买点见吃尝选拿送拆等卖推看要换配加有用"
BEHIND = "吐退换扔丢坏漏洒臭酸苦硬碎化黑霉少空旧贵"
HOSTILE = "\x1b[31m\u202e"


def says(number: int, *words: str) -> str:
    """Return a text about the brand, each with other words."""
    draw = random.Random(number)
    return f"{BRAND}的{'，'.join((*draw.sample(USUAL, 5), *words))}"


def trouble(number: int) -> str:
    """Return a complaint with a word that no dictionary knows, and signs that do not show."""
    return f"{BEFORE[number]}鳄梨芒{BEHIND[number]}，异物{HOSTILE}"


def talk() -> list[tuple[timedelta, str]]:
    """Return ages and texts: three weeks of ordinary talk, then a day with a new complaint."""
    usual = [(timedelta(hours=30 + number), says(number)) for number in range(300)]
    new = [
        (timedelta(hours=2 + number / 10), says(900 + number, trouble(number)))
        for number in range(20)
    ]
    return [*usual, *new]


@pytest.fixture
def now() -> datetime:
    """Return the time at which the test begins: the command asks its own clock a moment later."""
    return datetime.now(UTC).replace(microsecond=0)


def rows(now: datetime) -> list[dict[str, str]]:
    """Return the talk up to `now` in fengsui's own format."""
    return [
        {
            "source": "forum",
            "id": str(number),
            "author": f"a{number}",
            "text": text,
            "published_at": (now - age).isoformat(),
        }
        for number, (age, text) in enumerate(talk())
    ]


def write(folder: Path, items: Sequence[dict[str, str]], name: str = "posts.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def named(answer: dict[str, Any]) -> list[str]:
    return [term["term"] for term in answer["terms"]]


@pytest.fixture
def filled(fengsui: Shell, tmp_path: Path, now: datetime) -> Shell:
    """Return a command line with the talk in its store."""
    fengsui.settings()
    with Services(load(tmp_path / "fengsui.toml")) as services:
        services.store.upsert_posts(
            post(number, at=now - age, text=text, author=f"a{number}")
            for number, (age, text) in enumerate(talk())
        )
        waiting = services.store.pending(1000)
        services.store.annotate(waiting, [mention(item.post) for item in waiting])
    return fengsui


def test_the_store(filled: Shell) -> None:
    """What is new of a brand in the last day stands in table and JSON; the query is logged."""
    ran = filled("terms", "--brand", BRAND)
    assert ran.code == 0, ran.err
    assert "异物" in ran.out
    assert not UNSAFE.search(ran.out)
    answer = filled("terms", "--brand", BRAND, "--json").answer
    assert set(named(answer)) == {"鳄梨芒", "异物"}
    assert [word["word"] for word in answer["words"]] == ["鳄梨芒"]
    assert answer["recent"] == 20
    assert 200 < answer["past"] <= 300
    logged = filled("privacy", "log", "--json").answer["accesses"]
    assert [(one["what"], one["subject"], one["found"]) for one in logged] == [
        ("terms", BRAND, 2)
    ] * 2


def test_files(fengsui: Shell, now: datetime) -> None:
    """Files need neither settings nor a brand; a post in two files counts once."""
    path = write(fengsui.folder, rows(now))
    once = fengsui("terms", path, "--json").answer
    twice = fengsui("terms", path, write(fengsui.folder, rows(now), "b.jsonl"), "--json").answer
    assert set(named(once)) == {"鳄梨芒", "异物"}
    assert once == twice
    assert named(fengsui("terms", path, "--brand", f"{BRAND}=别名", "--json").answer) == named(once)


def test_other_brands_and_times(fengsui: Shell, now: datetime) -> None:
    """A brand that nobody names, and a time without posts, have no terms."""
    path = write(fengsui.folder, rows(now))
    assert fengsui("terms", path, "--brand", "别家", "--lang", "en").out == "no posts\n"
    asked = ("--since", "20d", "--until", "10d", "--json")
    answer = fengsui("terms", path, *asked).answer
    assert answer["terms"] == []
    assert answer["recent"] > 0


def test_languages(fengsui: Shell, now: datetime) -> None:
    """The table is in the language that is asked for."""
    path = write(fengsui.folder, rows(now))
    assert "新出现与上升的词" in fengsui("terms", path, "--lang", "zh").out
    assert "New and rising terms" in fengsui("terms", path, "--lang", "en").out


def test_unknown_brand(fengsui: Shell) -> None:
    """The store is asked for a brand of the settings only."""
    fengsui.settings()
    assert "no brand" in fengsui("terms", "--brand", "别家").err
    file = fengsui.folder / "fengsui.toml"
    two = file.read_text(encoding="utf-8") + '[[brands]]\nname = "别的"\n'
    file.write_text(two, encoding="utf-8")
    assert f"name one with --brand: {BRAND}, 别的" in fengsui("terms").err


def test_the_only_brand_needs_no_name(fengsui: Shell) -> None:
    """Where the settings have one brand, it is meant."""
    fengsui.settings()
    named = fengsui("terms", "--brand", BRAND, "--json")
    assert (named.code, fengsui("terms", "--json").code) == (0, 0)
    assert fengsui("terms", "--json").answer.keys() == named.answer.keys()
