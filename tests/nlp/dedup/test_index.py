"""Copies are found, voices are kept apart."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dedup.index import DuplicateIndex, signatures, similarity
from nlp.dedup.signature import HEAD, SIZE
from tests.nlp.real_texts import real_texts

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
DAY = timedelta(days=1)
STORY = "昨晚在云朵茶饮买的奶茶里喝出一只虫子，店员只肯退钱不肯道歉，有谁遇到过同样的事情吗"
OTHER = "周末带孩子去公园放风筝，天气很好，回来路上买了两个烤红薯，又香又甜，一家人都很高兴"
LETTERS = st.sampled_from("云朵茶饮真难喝退款")


def found(
    mentions: Sequence[tuple[str, str, datetime]], threshold: float = 0.5
) -> list[str | None]:
    """Return what an index says to mentions (author, text, time), keyed 0, 1, 2 and so on."""
    index = DuplicateIndex(DAY, threshold)
    signed = signatures([text for _, text, _ in mentions])
    return [
        index.add(str(number), "云朵", author, at, signature)
        for number, ((author, _, at), signature) in enumerate(zip(mentions, signed, strict=True))
    ]


def grams(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def jaccard(one: str, other: str) -> float:
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (STORY, STORY),
        (STORY, STORY.replace("，", "！") + "[怒][怒]"),
        (STORY, STORY.replace("昨晚", "前天") + "？"),
        (STORY, STORY.replace("云朵茶饮", "雲朵茶飲")),
        ("TCL电视真不错", "ｔｃｌ电视 真不错。"),
        (STORY * 40, STORY * 39 + "就这样"),
    ],
)
def test_copies(text: str, copy: str) -> None:
    """A copy with small changes, other emoticons, marks, script or width is a copy."""
    assert found([("甲", text, NOON), ("乙", copy, NOON)]) == [None, "0"]


def test_voices() -> None:
    """Different texts are different voices, and so are the same few words of different people."""
    mentions = [("甲", STORY, NOON), ("乙", OTHER, NOON)]
    mentions += [("甲", "太恶心了", NOON), ("乙", "太恶心了", NOON), ("甲", "太恶心了！", NOON)]
    mentions += [("丙", "[怒]", NOON), ("丙", "[哈哈]", NOON), ("丙", "[怒]", NOON)]
    assert found(mentions) == [None, None, None, None, "2", None, None, "5"]


def test_groups() -> None:
    """A text about two brands is an original for each."""
    index, (signature,) = DuplicateIndex(DAY, 0.5), signatures([STORY])
    assert index.add("0", "云朵", "甲", NOON, signature) is None
    assert index.add("0", "喜鹊", "甲", NOON, signature) is None
    assert index.add("1", "喜鹊", "乙", NOON, signature) == "0"


def test_horizon() -> None:
    """An original counts up to the horizon, before and after; a chain of copies goes on."""
    hours = [0, 24, 25, 49, 74]
    times = [NOON + timedelta(hours=hour) for hour in hours]
    assert found([("甲", STORY, at) for at in times]) == [None, "0", "1", "2", None]


def test_late_mention() -> None:
    """A mention older than two horizons is a copy of nothing that is forgotten, and not kept."""
    times = [NOON, NOON + 3 * DAY, NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    assert found([("甲", STORY, at) for at in times]) == [None, None, None, None]


@pytest.mark.parametrize("text", [STORY, "太恶心了"])
def test_again(text: str) -> None:
    """A mention that comes again is not its own copy, not kept twice, and answered as before."""
    index, signed = DuplicateIndex(DAY, 0.5), signatures([text, text + "？", text])
    times = [NOON, NOON + timedelta(hours=20), NOON + timedelta(hours=30)]
    for _ in range(3):
        answers = [
            index.add(str(number), "云朵", "甲", at, signature)
            for number, (at, signature) in enumerate(zip(times, signed, strict=True))
        ]
        assert answers == [None, "0", "1"]
        assert len(index) == 3
    assert index.add("3", "云朵", "甲", times[1], signed[0]) == "0"


def test_changed_text() -> None:
    """A mention whose text has changed is replaced in its place."""
    index, (story, other) = DuplicateIndex(DAY, 0.5), signatures([STORY, OTHER])
    signed = [story, story, other, story]
    for number, signature in enumerate(signed):
        index.add(str(number), "云朵", "甲", NOON, signature)
    assert index.add("0", "云朵", "甲", NOON, other) is None
    assert index.add("2", "云朵", "甲", NOON, other) == "0"
    assert index.add("1", "云朵", "甲", NOON, story) is None
    assert index.add("3", "云朵", "甲", NOON, story) == "1"
    assert index.add("3", "云朵", "甲", NOON, b"") is None
    assert len(index) == 3
    assert index.add("0", "云朵", "甲", NOON, story) is None
    assert index.add("2", "云朵", "甲", NOON, other) is None
    assert index.add("1", "云朵", "甲", NOON, story) == "0"


def test_memory_is_bounded() -> None:
    """What lies behind two horizons is forgotten altogether."""
    index = DuplicateIndex(timedelta(hours=1), 0.5)
    texts = [f"{STORY}第{number}次" for number in range(300)] + ["短"]
    for number, signature in enumerate(signatures(texts)):
        index.add(str(number), "云朵", "甲", NOON + timedelta(minutes=number), signature)
    assert len(index) == 121
    index.add("end", "云朵", "甲", NOON + 9 * DAY, signatures([OTHER])[0])
    assert len(index) == len(index._copies) == len(index._groups) == 1
    assert len(index._groups["云朵"]) == 16


MENTIONS = st.lists(
    st.tuples(
        st.sampled_from("甲乙"),
        st.one_of(st.text(LETTERS, max_size=12), st.sampled_from([STORY, OTHER, STORY[:30]])),
        st.integers(0, 60).map(lambda hour: NOON + timedelta(hours=hour)),
    ),
    max_size=30,
)


@given(MENTIONS, st.integers(0, 30))
def test_signatures_do_not_depend_on_the_batch(
    mentions: list[tuple[str, str, datetime]], cut: int
) -> None:
    """A text has the same signature whatever is signed together with it."""
    texts = [text for _, text, _ in mentions]
    assert signatures(texts) == signatures(texts[:cut]) + signatures(texts[cut:])
    assert signatures(texts) == [signatures([text])[0] for text in texts]


@given(MENTIONS, st.lists(st.integers(0, 12), min_size=30, max_size=30), st.integers(0, 30))
def test_restart(mentions: list[tuple[str, str, datetime]], keys: list[int], cut: int) -> None:
    """An index rebuilt from what two horizons hold gives the answers of the old one.

    Mentions come again, most of them with another text, and keep the place they had.
    """
    signed = signatures([text for _, text, _ in mentions])
    rows = [
        (str(key), "云朵", author, at, signature)
        for key, (author, _, at), signature in zip(keys, mentions, signed, strict=False)
    ]
    hours = timedelta(hours=12)
    old, new = DuplicateIndex(hours, 0.4), DuplicateIndex(hours, 0.4)
    told: dict[str, tuple[str, str, str, datetime, bytes]] = {}
    newest = NOON
    for row in rows[:cut]:
        old.add(*row)
        told[row[0]], newest = row, max(newest, row[3])
        told = {name: one for name, one in told.items() if one[3] >= newest - 2 * hours}
    for index in (old, new):
        index.add("newest", "喜鹊", "甲", newest, signatures([OTHER])[0])
    for row in told.values():
        new.add(*row)
    for row in rows[cut:]:
        assert old.add(*row) == new.add(*row)
    assert len(old) == len(new)


@given(MENTIONS)
def test_first_answers_stand(mentions: list[tuple[str, str, datetime]]) -> None:
    """Whatever came in between, a mention of the last horizon is answered as it was at first."""
    index = DuplicateIndex(DAY, 0.4)
    signed = signatures([text for _, text, _ in mentions])
    rows = [
        (str(number), "云朵", author, at, signature)
        for number, ((author, _, at), signature) in enumerate(zip(mentions, signed, strict=True))
    ]
    answers = [index.add(*row) for row in rows]
    newest = max((row[3] for row in rows), default=NOON)
    for row, answer in zip(rows, answers, strict=True):
        if row[3] >= newest - DAY:
            assert index.add(*row) == answer


@given(st.text(st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    """Any text is signed, in one of two lengths."""
    (signature,) = signatures([text])
    assert len(signature) in {HEAD, SIZE}
    assert similarity(signature, signature) == 1.0


def test_unknown_signatures() -> None:
    """A missing signature, or one of another layout, is a copy of nothing; naive times fail."""
    index = DuplicateIndex(DAY, 0.5)
    for signature in (b"", b"\xff" * SIZE, b"\x01"):
        assert index.add("0", "云朵", "甲", NOON, signature) is None
    assert len(index) == 0
    with pytest.raises(ValueError, match="aware"):
        index.add("0", "云朵", "甲", NOON.replace(tzinfo=None), b"")
    with pytest.raises(ValueError, match="threshold"):
        DuplicateIndex(DAY, 0)


def edited(text: str, draw: random.Random, share: float = 0.05) -> str:
    """Replace, drop or double characters with the given probability."""
    changes = ("改", "", "{0}加", "{0}{0}")
    return "".join(draw.choice(changes).format(c) if draw.random() < share else c for c in text)


def test_recall_and_precision() -> None:
    """At 5% edits 93% of real posts are found again at 0.5; nothing under a Jaccard of 0.3 is."""
    draw = random.Random(7)
    texts = [text for text in dict.fromkeys(real_texts(6000)) if len(grams(text)) >= 20]
    answers = found([("甲", text, NOON) for text in texts])
    pairs = [(int(a), b) for b, a in enumerate(answers) if a is not None]
    assert all(jaccard(texts[a], texts[b]) >= 0.3 for a, b in pairs)
    originals = texts[:1000]
    again = found(
        [("甲", text, NOON) for text in originals]
        + [("乙", edited(text, draw), NOON) for text in originals]
    )
    assert sum(answer is not None for answer in again[1000:]) >= 930


def test_similarity_estimates_jaccard() -> None:
    """The estimate lies within 0.02 of the true Jaccard similarity, in the quadratic mean."""
    draw = random.Random(8)
    texts = [text for text in real_texts(1000) if len(grams(text)) >= 20]
    copies = [edited(text, draw, draw.random() / 4) for text in texts]
    errors = [
        similarity(one, other) - jaccard(text, copy)
        for text, copy, one, other in zip(
            texts, copies, signatures(texts), signatures(copies), strict=True
        )
    ]
    assert (sum(error * error for error in errors) / len(errors)) ** 0.5 < 0.025
