"""Words, first stage and reader are weighed together; the reader is asked where it is worth it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from nlp.opinion.judge import Asked, Early, Judge, Pool, seen, shipped
from nlp.opinion.marking import BRAND
from nlp.sentiment.model import ModelError, Score

CALM = Asked(f"今天路过{BRAND}，买了一杯", "", Score(0.02, 0.9, 0.08))
ANGRY = Asked(f"{BRAND}客服骗人，坚决不退款，垃圾", "", Score(0.97, 0.02, 0.01))


def test_a_pool_weighs_logarithms() -> None:
    """One speaker of weight 1 is repeated, of weight 0 unheard; a bias leans towards its class."""
    score, other = Score(0.6, 0.3, 0.1), Score(0.1, 0.1, 0.8)
    flat = (0.0, 0.0, 0.0)
    assert Pool((1.0, 0.0), flat).of((score, other)) == pytest.approx(score)
    assert Pool((0.0,), (0.0, 2.0, 0.0)).of((score,)).label == "neutral"


def test_certainty_is_bounded() -> None:
    """Who says that a class is impossible is not believed without bound."""
    certain, doubt = Score(0.0, 1.0, 0.0), Score(0.999, 0.0005, 0.0005)
    assert Pool((0.5, 1.0), (0.0, 0.0, 0.0)).of((certain, doubt)).label == "negative"


def test_words_of_the_field_add_to_what_is_read() -> None:
    """A word of refunds makes the category likelier, a demand in words counts, harm is urgent."""
    judge = shipped()
    (opinion,) = judge.reader.read([(ANGRY.own, "")])
    plain = judge.described(opinion, "")
    told = judge.described(opinion, "要求退款退款退款，退款退款退款")
    assert told.category == "refund"
    assert set(told.demands) == {*plain.demands, "退款"}
    (hurt,) = judge.reader.read([(f"喝完{BRAND}拉了一晚上肚子，挂急诊输液", "")])
    assert judge.described(hurt, "").severity == 3


def test_the_reader_is_asked_where_it_is_worth_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calm and sure post is settled; a negative, an unsure or a doubted one is read."""
    judge = shipped()
    asked: list[tuple[str, str]] = []

    def read(posts: Sequence[tuple[str, str]]) -> list[object]:
        asked.extend(posts)
        return []

    early = judge.early([CALM, ANGRY])
    assert early[1].stance.label == "negative"
    sure = [early[0]._replace(stance=Score(0.0, 1.0, 0.0)), early[1]]
    calm, angry = judge.judge([CALM, ANGRY], sure, [False, False])
    assert calm.opinion is None
    assert angry.opinion is not None
    (doubted,) = judge.judge([CALM], sure[:1], [True])
    assert doubted.opinion is not None
    monkeypatch.setattr(judge.reader, "read", read)
    judge.judge([CALM], sure[:1], [False])
    assert asked == []


def test_who_was_hurt_and_blames_by_the_words_is_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes a calm report of harm for neutral is overruled by negative words."""
    judge = shipped()
    hurt = Asked(f"喝完{BRAND}拉了一晚上肚子，挂急诊输液", "", Score(0.6, 0.3, 0.1))
    (opinion,) = judge.reader.read([(hurt.own, "")])
    calm = replace(opinion, stance=Score(0.0, 1.0, 0.0))
    monkeypatch.setattr(judge.reader, "read", lambda posts: [calm] * len(posts))
    early = [Early(Score(0.0, 1.0, 0.0), Score(0.3, 0.4, 0.3))]
    (judged,) = judge.judge([hurt], early, [False])
    assert judged.stance.label == "negative"
    neutral = hurt._replace(words=Score(0.3, 0.6, 0.1))
    (judged,) = judge.judge([neutral], early, [False])
    assert judged.stance.label == "neutral"


def test_words_that_a_negation_turned_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that refuses is read, and its words count where the reader takes it for neutral."""
    judge = shipped()
    never = Asked(f"{BRAND}不解约我不会再进", "", Score(0.6, 0.3, 0.1), refuses=True)
    (opinion,) = judge.reader.read([(never.own, "")])
    calm = replace(opinion, stance=Score(0.0, 1.0, 0.0))
    monkeypatch.setattr(judge.reader, "read", lambda posts: [calm] * len(posts))
    early = [Early(Score(0.0, 1.0, 0.0), Score(0.0, 1.0, 0.0))]
    (judged,) = judge.judge([never], early, [False])
    assert (judged.stance.label, judged.opinion) == ("negative", calm)
    (judged,) = judge.judge([never._replace(refuses=False)], early, [False])
    assert judged.stance.label == "neutral"


def test_a_post_is_judged_alone() -> None:
    """Among others a post has the stance that it has alone."""
    posts = [CALM, ANGRY, CALM._replace(own=f"{BRAND}还行吧")] * 4
    early = shipped().early(posts)
    together = shipped().judge(posts, early, [False] * len(posts))
    for at, post in enumerate(posts[:3]):
        alone = shipped().early([post])
        assert alone == [early[at]]
        assert shipped().judge([post], alone, [False]) == [together[at]]


def test_the_title_is_seen_behind_the_words() -> None:
    """The first stage reads own words, then the title behind a sign of its own."""
    assert seen("刹.车", "") == "刹车"
    assert seen("难吃", BRAND) == f"难吃 ☰ {BRAND}"


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    """The file that is missing is named."""
    with pytest.raises(ModelError, match=r"pools\.json"):
        Judge.load(tmp_path)
