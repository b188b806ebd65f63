"""Topics: searches that are watched like brands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fengsui.annotate.topics import Topics
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings, SettingsError, parse
from fengsui.settings.watches import TopicSettings
from fengsui.stores.search_tokens import tokenize
from nlp.sentiment.linear import LinearModel
from nlp.text.normalise import normalise
from records import Mention, Post, PostKind, Sentiment
from tests.store.making import NOON

QUERY = "奶茶 AND (香精 OR 植脂末) NOT 抽奖"
TOPIC = "奶茶香精"


@pytest.fixture(scope="module")
def model() -> LinearModel:
    """Return the model that is quickest to load."""
    return LinearModel.load()


@pytest.fixture
def services(tmp_path: Path, model: LinearModel) -> Iterator[Services]:
    """Return services with a brand and a topic."""
    made = Settings.model_validate(
        {
            "state": tmp_path / "state",
            "brands": [{"name": "云朵茶饮"}],
            "topics": [{"name": TOPIC, "query": QUERY}],
        }
    )
    with Services(made, notifiers={}, model=model) as opened:
        yield opened


def mentions(services: Services, *texts: str, **more: Any) -> dict[str, Mention]:
    """Annotate posts and return the mentions of the last by brand or topic."""
    for number, text in enumerate(texts):
        at = NOON + number * timedelta(minutes=1)
        post = Post("weibo", str(number), "", PostKind.POST, f"a{number}", text, at, at)
        services.store.upsert_posts([replace(post, **more) if number else post])
    steps.annotate(services)
    last = f"weibo:{len(texts) - 1}"
    return {one.brand: one for one in services.store.mentions_of([last])}


def test_a_post_that_fits_is_a_mention_of_the_topic(services: Services) -> None:
    """A post without any brand counts for the topic that it is about, with its own sentiment."""
    found = mentions(services, "这家奶茶全是香精味，太恶心了，要求退款")
    assert list(found) == [TOPIC]
    assert found[TOPIC].sentiment is Sentiment.NEGATIVE
    assert found[TOPIC].organic


def test_what_the_search_leaves_out_is_none(services: Services) -> None:
    """A post that the search does not find is no mention."""
    assert mentions(services, "转发抽奖：奶茶无香精") == {}


def test_a_post_about_both_counts_for_both(services: Services) -> None:
    """A brand's post that is about the topic is one of both, and opens the brand's case alone."""
    found = mentions(services, "云朵茶饮的奶茶喝出植脂末，客服推脱，我要投诉退款")
    assert set(found) == {"云朵茶饮", TOPIC}
    assert found[TOPIC].sentiment is found["云朵茶饮"].sentiment
    assert {case.brand for case in services.ledger.cases()} == {"云朵茶饮"}


def test_a_copy_is_a_copy_of_the_topic_too(services: Services) -> None:
    """Of two near-copies about a topic the second is no voice of its own."""
    text = "这家奶茶全是香精味，喝完一晚上没睡着，大家千万别再去南湖那家店了"
    found = mentions(services, text, f"{text}！")
    assert found[TOPIC].duplicate_of == "weibo:0"


def test_topics_are_watched_like_brands(services: Services) -> None:
    """Detection, counts and routes know a topic by its name."""
    mentions(services, "这家奶茶全是香精味")
    assert services.brands == ["云朵茶饮", TOPIC]
    assert steps.detect(services, NOON + timedelta(minutes=10)).incidents == ()


WORD = st.sampled_from(["奶茶", "香精", "客服", "退款", "milk", "618"])
SEARCH = st.recursive(
    WORD,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from([" AND ", " OR ", " "]), below).map(
            lambda three: f"({''.join(three)})"
        ),
        st.tuples(WORD, below).map(lambda two: f"({two[0]} NOT {two[1]})"),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=40)
@given(SEARCH, st.lists(WORD, min_size=1, max_size=6), st.sampled_from(["", "，", " "]))
def test_a_topic_finds_what_a_search_finds(
    tmp_path_factory: pytest.TempPathFactory, search: str, words: list[str], between: str
) -> None:
    """Whatever is searched for: a text is about the topic where the store's search finds it."""
    text = between.join(words)
    topics = Topics({TOPIC: search}, tokenize)
    fits = bool(topics.matches(normalise(text, "")))
    state = tmp_path_factory.mktemp("search")
    with Services(Settings(state=state), notifiers={}) as services:
        post = Post("weibo", "1", "", PostKind.POST, "a", text, NOON, NOON)
        services.store.upsert_posts([post])
        kept = Mention("weibo:1", "x", NOON, "a", text, Sentiment.NEUTRAL, 0.5, "made")
        services.store.annotate(services.store.pending(1), [kept])
        assert bool(list(services.store.search(search))) is fits


@pytest.mark.parametrize("query", ["", "NOT 抽奖", "(奶茶", "奶茶 AND", "！"])
def test_a_search_that_cannot_be_understood_is_refused(query: str) -> None:
    """A topic's search is read with the settings, and refused with what is wrong."""
    with pytest.raises(ValidationError):
        TopicSettings(name="x", query=query)


def test_a_topic_has_a_name_of_its_own() -> None:
    """A topic that is called as a brand is refused on its line."""
    text = '[[brands]]\nname = "云朵"\n[[topics]]\nname = "云朵"\nquery = "奶茶"\n'
    with pytest.raises(SettingsError, match=r"fengsui\.toml:4:"):
        parse(text, Path("fengsui.toml"))
