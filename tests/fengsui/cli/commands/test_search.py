"""Rules of `fengsui search`, over both stores."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.analysis.search import passage
from fengsui.services import Services
from fengsui.settings.application import load
from fengsui.stores.search_tokens import tokenize, words
from tests.fengsui.commands import UNSAFE, Shell
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.store.making import BRAND, mention, post

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]

TEXTS = {
    timedelta(minutes=10): "打客服電話要求退款",
    timedelta(hours=5): "客服很好\x1b[31m，退款\u202e很快\x85\u2028\u2029\r",
    timedelta(days=3): "退款了，没找客服",
    timedelta(days=30): "去年的退款，客服",
}


@pytest.fixture
def now() -> datetime:
    """Return the time at which the test begins: the command asks its own clock a moment later."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(params=["sqlite", "elasticsearch"])
def filled(request: pytest.FixtureRequest, fengsui: Shell, tmp_path: Path, now: datetime) -> Shell:
    """Return a command line with four mentions in its store."""
    more = ""
    if request.param == "elasticsearch":
        url = request.getfixturevalue("elasticsearch_url")
        prefix = request.getfixturevalue("elasticsearch_prefix")
        more = (
            f'store = "elasticsearch"\n[elasticsearch]\nurls = ["{url}"]\n'
            f'prefix = "{prefix}"\nreplicas = 0\n'
        )
    fengsui.settings(more)
    with Services(load(tmp_path / "fengsui.toml")) as services:
        services.store.upsert_posts(
            post(number, at=now - age, text=text, author_name="某\x1b[2J人")
            for number, (age, text) in enumerate(TEXTS.items())
        )
        waiting = services.store.pending(10)
        changes = [{}, {"duplicate_of": "weibo:1"}, {}, {}]
        ordered = sorted(waiting, key=lambda item: item.post.key)
        services.store.annotate(
            waiting,
            [mention(item.post, **some) for item, some in zip(ordered, changes, strict=True)],
        )
    return fengsui


def test_search_finds_the_newest_first(filled: Shell, now: datetime) -> None:
    """Words, time, brand, limit and --organic narrow what is found; traditional text is found."""

    def found(*options: object) -> list[str]:
        ran = filled("search", "退款 AND 客服", "--json", *options)
        assert ran.code == 0, ran.err
        return [one["post"] for one in ran.answer["found"]]

    assert found() == ["weibo:0", "weibo:1", "weibo:2", "weibo:3"]
    assert found("--since", "7d", "--brand", BRAND) == ["weibo:0", "weibo:1", "weibo:2"]
    assert found("--since", "12h", "--organic") == ["weibo:0"]
    assert found("--since", "30m") == ["weibo:0"]
    assert found("--until", "7d") == ["weibo:3"]
    day = f"{now - timedelta(days=4):%Y-%m-%d}"
    assert found("--since", day, "--until", "1d") == ["weibo:2"]
    assert found("--limit", 2) == ["weibo:0", "weibo:1"]
    assert found("--brand", "没有") == []
    assert [one["post"] for one in filled("search", '"电话要求"', "--json").answer["found"]] == [
        "weibo:0"
    ]


def test_answer_says_whether_there_is_more(filled: Shell) -> None:
    """With --limit the answer says that there is more; without more it does not."""
    assert filled("search", "退款", "--limit", 3, "--json").answer["more"] is True
    assert filled("search", "退款", "--limit", 4, "--json").answer["more"] is False
    assert "--limit" in filled("search", "退款", "--limit", 3).out
    assert filled("search", "退款").out.splitlines()[-1] == "4 found"


def test_hostile_text_does_not_reach_the_terminal(filled: Shell) -> None:
    """What strangers wrote is shown without control characters, in either form."""
    ran = filled("search", "退款")
    assert "near-copy" in ran.out
    assert "https://weibo.example/0" in ran.out
    assert not UNSAFE.search(ran.out)
    assert not UNSAFE.search(filled("search", "退款", "--json").out)


def test_unknown_brand_is_named(filled: Shell) -> None:
    """A brand that the settings do not have is named where nothing is found."""
    assert "there is no brand '云'" in filled("search", "退款", "--brand", "云").err


@pytest.mark.parametrize(
    ("query", "said"),
    [("退款 AND", "character 4"), ("(退款", "not closed"), ("", "empty"), ("NOT 广告", "left out")],
)
def test_wrong_queries_are_refused_in_one_line(fengsui: Shell, query: str, said: str) -> None:
    """A query that cannot be understood ends with code 2 and one line that says where."""
    fengsui.settings()
    assert said in fengsui.refused("search", query)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("打客服电话", "客服", ("打", "客服", "电话")),
        ("打客服電話", "电话 OR 客服", ("打", "客服", "電話")),
        ("退，款", '"退 款"', ("", "退，款", "")),
        ("无关", "客服", ("", "", "无关")),
        ("甲" * 60 + "客服" + "乙" * 100, "客服", ("…" + "甲" * 40, "客服", "乙" * 80 + "…")),
        ("行\n行 IPHONE 15", "iphone15", ("行 行 ", "IPHONE 15", "")),
        ("客服 电话", "电话 NOT 客服", ("客服 ", "电话", "")),
    ],
)
def test_passage_shows_where_it_was_found(
    text: str, query: str, shown: tuple[str, str, str]
) -> None:
    """The first place is shown, with what stands around it."""
    assert passage(text, query) == shown


def test_kibana_gets_words_that_no_search_asks_for() -> None:
    """Words for Kibana are two characters and longer, so that no phrase of a search meets them."""
    found = words("打客服电话要求退款，iPhone 15 挺好")
    assert {"客服", "电话", "退款"} <= set(found)
    for word in found:
        assert len(word) >= 2
        assert word not in tokenize(word)
