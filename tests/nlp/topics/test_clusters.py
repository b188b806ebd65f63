"""Rules of clusters: what belongs together, what is forgotten, what they are called."""

import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.normalise import Text, normalise
from nlp.topics.centroids import WORDS, Centres
from nlp.topics.clusters import ClusterPost, Clusters, ClusterSettings
from nlp.topics.titles import LIMIT, Samples, Title, best_sentence
from nlp.topics.words import WordWeights, words_of
from tests.nlp.real_texts import real_texts

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVENTS = (
    ("蟑螂", "奶茶", "门店", "道歉", "停业", "食药监", "消毒", "后厨", "喝出", "赔偿"),
    ("电池", "自燃", "停车场", "消防", "召回", "续航", "车主", "充电桩", "冒烟", "烧毁"),
    ("演唱会", "退票", "黄牛", "内场", "票价", "歌迷", "主办方", "看台", "抢票", "加座"),
)


def post(key: object, text: str, after: timedelta = timedelta(0), author: str = "") -> ClusterPost:
    return ClusterPost(str(key), author or f"a{key}", NOON + after, normalise(text))


def stream(count: int = 90, seed: int = 1) -> list[ClusterPost]:
    """Return posts on three events by turns, each with other words of its event."""
    draw = random.Random(seed)
    return [
        post(n, "，".join(draw.sample(EVENTS[n % 3], 5)), n * MINUTE, f"a{n}") for n in range(count)
    ]


def groups(clusters: Clusters, posts: Sequence[ClusterPost]) -> list[int | None]:
    return [clusters.number_of(one.key) for one in posts]


def test_three_events() -> None:
    """Posts on one event come together and those on another apart, though no two are alike."""
    clusters, posts = Clusters(), stream()
    clusters.add(posts)
    found = groups(clusters, posts)
    assert [len(set(found[event::3])) for event in range(3)] == [1, 1, 1]
    assert len(set(found)) == 3
    assert [view.posts for view in clusters.largest(9)] == [30, 30, 30]


@given(st.lists(st.integers(1, 40), max_size=8))
@settings(deadline=None)
def test_cutting_changes_nothing(sizes: list[int]) -> None:
    """However a stream is cut into calls, the clusters are those of one call."""
    posts = stream(60)
    whole, parts = Clusters(), Clusters()
    numbers = whole.add(posts)
    cut: list[int] = []
    for size in [*sizes, len(posts)]:
        cut += parts.add(posts[len(cut) : len(cut) + size])
    assert cut == numbers
    assert groups(parts, posts) == groups(whole, posts)
    assert parts.largest(99) == whole.largest(99)


def test_same_in_every_process() -> None:
    """The clusters do not depend on the process: sets of words have another order in each."""
    code = (
        "from tests.nlp.topics.test_clusters import *\n"
        "c = Clusters(); p = stream(); c.add(p); print(groups(c, p), c.largest(9))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_a_post_counts_once() -> None:
    """A post that comes again keeps its place and is not counted again."""
    clusters, posts = Clusters(), stream(30)
    assert clusters.add([*posts, *posts])[:30] == clusters.add(posts)
    assert sum(view.posts for view in clusters.largest(99)) == 30


def test_a_copy_joins_its_original() -> None:
    """A near-copy is in the cluster of what it copies, whatever has become of that."""
    text = "喝到一半发现里面有一只蟑螂，店员说不可能，让我去找总部"
    clusters, posts = Clusters(), stream()
    clusters.add([post("o", text), *posts, post("c", text + "！转发", 2 * MINUTE)])
    assert clusters.number_of("c") == clusters.number_of("o")


def test_two_beginnings_of_one_event_go_together() -> None:
    """Clusters that turn out to be of one event become one, and the older numbers lead there."""
    first, second = EVENTS[0][:4], EVENTS[0][4:8]
    draw = random.Random(1)
    apart = [post(n, "，".join((first, second)[n % 2]), n * MINUTE) for n in range(2)]
    mixed = [post(n, "，".join(draw.sample(EVENTS[0], 6)), n * MINUTE) for n in range(2, 40)]
    clusters = Clusters()
    numbers = clusters.add(apart)
    assert numbers[0] != numbers[1]
    clusters.add(mixed)
    assert len(set(groups(clusters, [*apart, *mixed]))) == 1
    assert clusters.view(numbers[0]) == clusters.view(numbers[1]) is not None


def test_idle_clusters_close() -> None:
    """A cluster without a post for so long is closed; the same words open a new one."""
    clusters = Clusters(ClusterSettings(idle=timedelta(hours=1)))
    [old] = clusters.add([post(1, "奶茶里喝出蟑螂")])
    clusters.add([post(2, "电池自燃，消防到场", timedelta(hours=2))])
    assert clusters.view(old) is None
    [new] = clusters.add([post(3, "奶茶里又喝出蟑螂", timedelta(hours=2))])
    assert new != old
    assert len(clusters) == 2


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many posts come, no more is kept than the bounds say."""
    monkeypatch.setattr("nlp.topics.clusters._NUMBERS", 50)
    monkeypatch.setattr("nlp.topics.words._REMEMBERED", 100)
    clusters = Clusters(ClusterSettings(most=20, idle=timedelta(minutes=90)))
    draw = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x9000)]
    clusters.add(
        post(n, " ".join("".join(draw.choices(letters, k=3)) for _ in range(30)), n * MINUTE)
        for n in range(600)
    )
    assert len(clusters) <= 20
    assert len(clusters._centres) == len(clusters)
    assert len(clusters._centres._postings) <= 20 * 2 * WORDS
    assert len(clusters._posts) <= 50
    assert len(clusters._gone_into) <= 50
    assert len(clusters._weights._counts) <= 100
    assert len(clusters._copies) <= 2 * 90 + 1


def test_centres_keep_their_heaviest_words() -> None:
    """A centre with too many words keeps the heaviest."""
    centres = Centres()
    for n in range(3 * WORDS):
        centres.add(0, {f"w{n}": 1.0, "always": 1.0})
    assert len(centres.vector(0)) <= 2 * WORDS
    assert centres.heaviest(0, 1) == ["always"]
    assert sum(weight**2 for weight in centres.vector(0).values()) == pytest.approx(1)


def test_centres_find_the_nearest() -> None:
    """The nearest has the greatest cosine, of two equals the older; one is not near itself."""
    centres = Centres()
    for number, words in enumerate(("ab", "ab", "bc", "cd")):
        centres.add(number, dict.fromkeys(words, 2**-0.5))
    near = centres.nearest({"a": 0.8, "b": 0.6})
    assert near is not None
    assert near.number == 0
    assert near.cosine == pytest.approx(1.4 * 2**-0.5)
    again = centres.nearest(centres.vector(0), but=0)
    assert again is not None
    assert again.number == 1
    assert again.cosine == pytest.approx(1)
    assert centres.nearest({"x": 1.0}) is None
    centres.move(1, into=3, factor=1)
    centres.drop(0)
    assert len(centres) == 2
    assert sorted(centres.vector(3)) == ["a", "b", "c", "d"]


def test_words_of_everywhere_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that too many centres hold leads to none of them: looking stays cheap."""
    monkeypatch.setattr("nlp.topics.centroids.HELD", 3)
    centres = Centres()
    for number in range(4):
        centres.add(number, {"真的": 0.6, f"w{number}": 0.8})
    assert centres.nearest({"真的": 1.0}) is None
    near = centres.nearest({"真的": 0.6, "w2": 0.8})
    assert near is not None
    assert near.number == 2
    centres.drop(0)
    assert centres.nearest({"真的": 1.0}) is not None


def test_centres_forget() -> None:
    """A centre follows its event: the words of days ago weigh less than those of today."""
    clusters = Clusters(ClusterSettings(half_life=timedelta(hours=1), idle=timedelta(days=90)))
    old = [post(n, "奶茶蟑螂道歉", timedelta(minutes=n)) for n in range(20)]
    days = timedelta(days=30)
    new = [post(n, f"蟑螂停业{word}", days) for n, word in enumerate(EVENTS[0][5:10], 100)]
    [*_, number] = clusters.add([*old, *new])
    view = clusters.view(number)
    assert view is not None
    assert view.posts == 25
    assert view.words.index("停业") < view.words.index("道歉")


def test_rare_here_and_now() -> None:
    """A word weighs more the rarer it is elsewhere and the more frequent it is here."""
    weights = WordWeights()
    for _ in range(50):
        weights.take_in({"自燃"})
    vector = weights.weighed({"自燃", "召回", "朋友"}, lambda _: 1.0)
    assert vector["自燃"] > vector["召回"] > vector["朋友"]


def test_words_of_few_clusters_weigh_more() -> None:
    """A word that every cluster has weighs nothing, one that few have much."""
    centres = Centres()
    for number in range(50):
        centres.add(number, {"真的": 0.8, f"w{number}": 0.6})
    assert centres.particular("没有") > centres.particular("w7") > centres.particular("真的") > 0
    weights = WordWeights().weighed({"自燃", "召回"}, {"自燃": 2.0, "召回": 0.1}.__getitem__)
    assert weights["自燃"] > weights["召回"]


def test_words_of_a_text() -> None:
    """Topic tags have words; names, emoticons, numbers and laughs have none."""
    words = words_of(normalise("#电池自燃# @某充电桩 [怒] 2026 哈哈哈 车主发现冒烟"))
    assert {"电池", "自燃", "冒烟"} <= words
    assert not words & {"充电桩", "怒", "2026", "哈哈哈"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("真的无语了。奶茶里喝出了蟑螂！谁还敢喝啊", "奶茶里喝出了蟑螂"),
        ("【奶茶喝出蟑螂门店停业】昨日下午三时许有市民反映", "奶茶喝出蟑螂门店停业"),
        ("@某人 [怒]奶茶里喝出了蟑螂 O网页链接", "奶茶里喝出了蟑螂"),
        ("哈哈", "哈哈"),
        ("", ""),
        ("？！", ""),
    ],
)
def test_best_sentence(text: str, title: str) -> None:
    """The title is the sentence that says most of the centre, without what is clicked."""
    assert best_sentence(text, {"奶茶": 0.5, "蟑螂": 0.7, "喝": 0.1, "停业": 0.3}) == title


def test_long_sentences_are_cut() -> None:
    """Of a long sentence the clause that says most is taken; without clauses its beginning."""
    centre = {"蟑螂": 1.0}
    clauses = "今天下午和同事去了那家店，点了一杯新出的奶茶里面有蟑螂，店员说不可能让我去找总部"
    assert best_sentence(clauses, centre) == "点了一杯新出的奶茶里面有蟑螂"
    assert best_sentence("蟑螂" * 40, centre) == ("蟑螂" * 40)[: LIMIT - 1] + "…"


def test_a_common_tag_is_the_title() -> None:
    """The topic tag that a third of the posts have names the cluster; a rarer one does not."""
    clusters = Clusters()
    texts = ["#奶茶门喝出蟑螂# 奶茶蟑螂道歉", "奶茶蟑螂停业整顿了", "奶茶店蟑螂赔偿多少"]
    [*_, number] = clusters.add(post(n, text) for n, text in enumerate(texts))
    view = clusters.view(number)
    assert view is not None
    assert view.title == Title("奶茶门喝出蟑螂")
    [*_, number] = clusters.add(
        post(n, f"奶茶里的蟑螂{word}") for n, word in enumerate("大小黑活", 10)
    )
    view = clusters.view(number)
    assert view is not None
    assert (view.title.text, view.title.key) == ("奶茶蟑螂道歉", "0")
    assert view.title.text != "奶茶门喝出蟑螂"


def test_names_of_the_brand_tell_nothing() -> None:
    """Words that all posts share because of what they are about bring none together."""
    texts = ["云朵茶饮杯子漏水", "云朵茶饮排队很久"]
    apart = Clusters(ClusterSettings(names=frozenset({"云朵", "茶饮", "云朵茶饮"})))
    assert len(set(apart.add(post(n, text) for n, text in enumerate(texts)))) == 2
    assert len(set(Clusters().add(post(n, text) for n, text in enumerate(texts)))) == 1


HOSTILE = st.text(
    st.sampled_from("蟑螂奶茶真𠀀\ud800#@[]【】。，\u202e\x1b[2J \n\x00a<"), max_size=60
)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), HOSTILE, st.integers(-10_000, 10_000)), max_size=30)
)
@settings(deadline=None)
def test_any_text_in_any_order(rows: list[tuple[str, str, int]]) -> None:
    """Any text and any order of times is taken; titles are short, on one line and visible."""
    clusters = Clusters(ClusterSettings(most=5))
    posts = [
        ClusterPost(str(n), author, NOON + minutes * MINUTE, Text(text, text[:9], (text[:5],)))
        for n, (author, text, minutes) in enumerate(rows)
    ]
    assert len(clusters.add(posts)) == len(posts)
    for view in clusters.largest(9):
        assert len(view.title.text) <= LIMIT
        assert "\n" not in view.title.text
        assert "\x1b" not in view.title.text
        assert view.first <= view.last
    assert len(clusters) <= 5


def test_naive_times_are_refused() -> None:
    """A time without a zone says nothing of when."""
    with pytest.raises(ValueError, match="aware"):
        Clusters().add([ClusterPost("1", "a", datetime(2026, 3, 15), Text("奶茶", ""))])  # noqa: DTZ001


def test_samples_are_bounded() -> None:
    """A cluster remembers some posts and some tags, however many it has."""
    samples = Samples()
    for n in range(500):
        samples.add(str(n), Text(f"奶茶{n}" * 400, "", (f"标签{n}",)), {"奶茶": 1.0})
    other = Samples()
    other.merge(samples)
    for kept in (samples, other):
        assert len(kept._posts) <= 12
        assert len(kept._tags) <= 32
        assert all(len(sample.text.own) <= 500 for sample in kept._posts)
    assert len(samples.title({"奶茶": 1.0}).text) <= LIMIT


def test_real_posts() -> None:
    """Thousands of real posts go through, and every one has a cluster or a closed one."""
    posts = [post(n, text, n * MINUTE) for n, text in enumerate(real_texts(3000))]
    clusters = Clusters()
    numbers = clusters.add(posts)
    assert len(numbers) == 3000
    assert all(clusters.number_of(one.key) is not None for one in posts)
    assert sum(view.posts for view in clusters.largest(9_999)) <= 3000
