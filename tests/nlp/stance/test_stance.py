"""Rules of `nlp.stance`, each by sentences of its own."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.brands.unnamed import IT
from nlp.sentiment.model import Score
from nlp.stance import Stance, read, towards
from nlp.stance.clauses import clauses
from nlp.stance.cues import scan
from nlp.stance.verdict import Verdict, blend, raised, shifted
from nlp.text.normalise import normalise

OURS, THEIRS = "半夏茶", "白露茶"
WATCHED = BrandMatcher([BrandSettings(name=OURS), BrandSettings(name=THEIRS)])
ALONE = BrandMatcher([BrandSettings(name=OURS)])
EVEN = Score(0.34, 0.33, 0.33)
BLAME = Score(0.8, 0.1, 0.1)
PRAISE = Score(0.1, 0.1, 0.8)


def stance(text: str, base: Score = EVEN, matcher: BrandMatcher = WATCHED) -> Stance:
    """Return the stance towards OURS; the part that speaks of it is scored like the whole."""
    words = normalise(text)
    matches = matcher.match(words)
    ours = next(match for match in matches if match.brand == OURS)
    reading = read(words, ours, [match for match in matches if match is not ours])
    return Stance(base) if reading is None else towards(reading, base, base)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("半夏茶比白露茶好多了", "positive"),
        ("白露茶比半夏茶好多了", "negative"),
        ("半夏茶不如白露茶", "negative"),
        ("白露茶不如半夏茶", "positive"),
        ("半夏茶没有白露茶好喝", "negative"),
        ("白露茶没有半夏茶好喝", "positive"),
        ("半夏茶吊打白露茶", "positive"),
        ("半夏茶被白露茶甩了几条街", "negative"),
        ("白露茶被半夏茶甩了几条街", "positive"),
        ("喝来喝去还是半夏茶好", "positive"),
        ("换成半夏茶之后天天喝", "positive"),
        ("从半夏茶换到白露茶", "negative"),
        ("半夏茶跟白露茶比差一截", "negative"),
        ("半夏茶和白露茶半斤八两", "negative"),
    ],
)
def test_comparison_takes_the_side_of_the_brand(text: str, label: str) -> None:
    """Who wins is praised and who loses is blamed, whatever the whole sentence sounds like."""
    for base in (EVEN, BLAME, PRAISE):
        found = stance(text, base)
        assert (found.reason, found.score.label) == ("comparison", label)


def test_comparison_needs_no_second_brand_to_be_watched() -> None:
    """Only the brand's own place in the pattern counts: nobody has to list its competitors."""
    assert stance("半夏茶不如白露茶", matcher=ALONE).score.label == "negative"
    assert stance("白露茶不如半夏茶", matcher=ALONE).score.label == "positive"


def test_words_that_only_look_like_a_comparison_are_none() -> None:
    """比如, 比赛 and 性价比 compare nothing."""
    for text in ("比如半夏茶", "看比赛喝半夏茶", "半夏茶性价比"):
        assert stance(text).reason != "comparison"


def test_clauses_of_another_brand_are_not_scored_for_ours() -> None:
    """Of a text on two brands, each is scored by the clauses that name it last, unnamed."""
    words = normalise("半夏茶料足，杯子也大，白露茶全是冰，一股怪味")
    ours, theirs = WATCHED.match(words)
    readings = read(words, ours, [theirs]), read(words, theirs, [ours])
    assert [r.part if r else "" for r in readings] == [
        "它料足，杯子也大，",
        "它全是冰，一股怪味",
    ]
    labels = [towards(r, EVEN, EVEN).score.label for r in readings if r]
    assert labels == ["positive", "negative"]


def test_quoted_words_are_not_the_authors() -> None:
    """Who only passes on is neutral; who agrees or disagrees takes a side on what is quoted."""
    assert stance("看看//@小林:半夏茶太难喝了", BLAME).score.label == "neutral"
    assert stance("说得太对了//@小林:半夏茶太难喝了", PRAISE).score.label == "negative"
    assert stance("才不是//@小林:半夏茶太难喝了", BLAME).score.label == "positive"
    assert stance("我的也是，喝出虫子//@小林:半夏茶怎么样", EVEN).score.label == "negative"


def test_headline_is_neutral_until_the_author_judges() -> None:
    """A 【headline】 alone is news, whatever it reports; own words behind it decide."""
    assert stance("【半夏茶因质量问题召回三批产品】", BLAME).score.label == "neutral"
    assert stance("【半夏茶再次涨价】吃相难看", EVEN).score.label == "negative"
    assert stance("【半夏茶获奖】必须支持", EVEN).score.label == "positive"


def test_second_hand_report_is_neutral_unless_the_author_tried() -> None:
    """听说 and 朋友说 report; 果然 or 我买了 makes it a judgement of one's own."""
    for text in ("听说半夏茶很难喝", "朋友说半夏茶特别好喝", "网传半夏茶喝出虫子"):
        assert stance(text, BLAME) == stance(text, BLAME)
        assert (stance(text, BLAME).reason, stance(text, BLAME).score.label) == (
            "second_hand",
            "neutral",
        )
    assert stance("都说半夏茶好喝，我买了一杯，难喝", EVEN).score.label == "negative"
    assert stance("听说半夏茶好喝，一试果然惊艳", EVEN).score.label == "positive"


def test_words_of_staff_are_no_hearsay() -> None:
    """What the firm's own people say is part of what the author went through."""
    assert stance("半夏茶漏了一包，打电话都说在处理", BLAME).score.label == "negative"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("请问半夏茶好喝吗", "neutral"),
        ("半夏茶几点关门？", "neutral"),
        ("凭什么半夏茶涨价不涨量？", "negative"),
        ("半夏茶你们什么时候才能不迟到？", "negative"),
        ("谁能拒绝半夏茶呢？", "positive"),
    ],
)
def test_questions_are_neutral_but_for_those_that_are_none(text: str, label: str) -> None:
    """Who asks does not know yet; loaded questions blame, rhetoric ones praise."""
    assert (stance(text).reason, stance(text).score.label) == ("question", label)


@pytest.mark.parametrize(
    "text",
    [
        "在半夏茶门口被前男友骂了，气死我了",
        "坐在半夏茶里想家了，好难过",
        "隔壁桌的大叔素质差，我在半夏茶写作业",
    ],
)
def test_judgement_of_somebody_else_is_not_the_brands(text: str) -> None:
    """Where the brand is only place or occasion, anger at others leaves it neutral."""
    assert stance(text, BLAME).score.label == "neutral"


def test_fault_in_the_clause_of_the_brand_is_the_brands() -> None:
    """Other persons in the text do not excuse a fault that the brand's own clause names."""
    assert stance("喝了半夏茶拉肚子，医生让我挂水", BLAME).score.label == "negative"


def test_bare_mention_is_neutral() -> None:
    """Places, times and errands without a word of judgement are neutral."""
    assert stance("今晚七点半夏茶门口集合", BLAME).score.label == "neutral"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("呵呵，半夏茶等了一个小时", "negative"),
        ("半夏茶的服务真是“周到”", "negative"),
        ("半夏茶真好喝，喝完拉肚子[微笑]", "negative"),
        ("谢谢半夏茶让我知道什么叫难喝", "negative"),
        ("半夏茶可真行，送了五天还超时", "negative"),
        ("讨厌半夏茶，害我胖三斤", "positive"),
    ],
)
def test_irony_turns_the_words(text: str, label: str) -> None:
    """Praise next to a bad fact, in quotes or next to [微笑] is blame; mock blame praises."""
    assert (stance(text).reason, stance(text).score.label) == ("irony", label)


def test_thanks_without_a_bad_fact_stay_thanks() -> None:
    """Words that can mock praise where nothing bad stands next to them."""
    assert stance("感谢半夏茶，好喝又实惠", PRAISE).score.label == "positive"


def test_main_clause_of_a_concession_decides() -> None:
    """What stands behind 但是 outweighs what is conceded before it, and alone is scored."""
    assert stance("虽然半夏茶排队久，但是真的好喝", BLAME).score.label == "positive"
    assert stance("半夏茶好喝，可是服务太差", PRAISE).score.label == "negative"
    words = normalise("半夏茶环境好，但是太贵")
    reading = read(words, WATCHED.match(words)[0])
    assert reading is not None
    assert reading.part == "但是太贵"


@pytest.mark.parametrize(
    ("words", "lean"),
    [
        ("难喝", -1),
        ("不难喝", 1),
        ("没有不满意", 1),
        ("不是不喜欢", 1),
        ("谈不上干净", -1),
        ("从来没出过差错", 1),
        ("不是很新鲜", -1),
        ("不过好喝", 1),
        ("不错", 1),
        ("没有说了很多别的之后才好喝", 1),
    ],
)
def test_negation_turns_the_next_word_and_two_cancel(words: str, lean: int) -> None:
    """A negation turns a word near it; idioms and words further off are left alone."""
    assert [clause.lean for clause in clauses(words, scan(words))] == [lean]


def test_praise_and_blame_both_denied_are_neutral() -> None:
    """说不上好用，也说不上难用 is neutral."""
    assert stance("半夏茶说不上好喝，也说不上难喝", BLAME).score.label == "neutral"


def test_words_inside_the_brands_name_are_no_cues() -> None:
    """A name that holds a word of praise praises nobody."""
    matcher = BrandMatcher([BrandSettings(name="好喝快递")])
    words = normalise("好喝快递那一排绿色的铁皮柜")
    assert read(words, matcher.match(words)[0]) is None


def test_traditional_characters_are_read_like_simplified() -> None:
    """The rules see folded text."""
    assert stance("聽說半夏茶很難喝", BLAME).reason == "second_hand"


def test_text_without_markers_keeps_its_score() -> None:
    """Where no word of the lexicon stands, the model's score is the answer to the last bit."""
    assert stance("半夏茶 那一排绿色铁皮柜", BLAME) == Stance(BLAME)


@given(st.text(), st.text(), st.text(), st.booleans())
def test_any_unicode_gives_an_answer(before: str, behind: str, quoted: str, only: bool) -> None:
    """Whatever stands around the brand: probabilities that add up to 1, twice the same."""
    words = normalise(behind if only else before + OURS + behind, quoted + OURS)
    for match in ALONE.match(words):
        reading = read(words, match)
        assert reading == read(words, match)
        if reading is not None:
            found = towards(reading, EVEN, BLAME)
            assert found == towards(reading, EVEN, BLAME)
            assert math.isclose(sum(found.score), 1)
            assert min(found.score) >= 0


@given(
    st.lists(
        st.sampled_from(
            [
                *"比不没的是，。？！【】“”",
                "但是",
                "虽然",
                OURS,
                THEIRS,
                "听说",
                "好喝",
                "难喝",
                "呵呵",
                "//@甲:",
            ]
        ),
        max_size=40,
    )
)
def test_any_heap_of_markers_gives_an_answer(pieces: list[str]) -> None:
    """However the markers are strewn: an answer, and the part to be scored is of the own words."""
    words = normalise("".join(pieces))
    matches = WATCHED.match(words)
    for match in matches:
        reading = read(words, match, [other for other in matches if other is not match])
        if reading is not None:
            assert set(reading.part) <= {*words.own, IT}
            assert math.isclose(sum(towards(reading, EVEN, BLAME).score), 1)


def test_long_text_costs_no_more_than_its_start() -> None:
    """A text of 100,000 characters is read as far as the rules look."""
    words = normalise("半夏茶不如，" * 20_000)
    reading = read(words, WATCHED.match(words)[0])
    assert reading is not None
    assert len(reading.own) == 1_000


def test_raised_leaves_the_ratio_of_the_other_two() -> None:
    """A verdict lifts its class to the least it gives and never lowers it."""
    lifted = raised(Score(0.6, 0.1, 0.3), Verdict("neutral", 0.7, ""))
    assert lifted.neutral == pytest.approx(0.7)
    assert lifted.negative / lifted.positive == pytest.approx(2)
    assert raised(BLAME, Verdict("negative", 0.5, "")) == BLAME
    assert raised(Score(0.0, 1.0, 0.0), Verdict("negative", 0.6, "")) == Score(0.6, 0.4, 0.0)


def test_shift_adds_log_odds() -> None:
    """Odds that are added move positive against negative by just that."""
    moved = shifted(EVEN, 2.0)
    assert math.log(moved.positive / moved.negative) == pytest.approx(2 + math.log(0.33 / 0.34))
    assert blend(BLAME, BLAME) == pytest.approx(BLAME)


def test_words_of_a_topic_are_nobodys() -> None:
    """A topic that everybody repeats makes nobody's anger hearsay; alone, it is read."""
    topic = "#半夏茶被曝喝出虫子#"
    assert stance(f"{topic} 太恶心了，再也不买", BLAME).score.label == "negative"
    assert stance(topic, BLAME).reason == "second_hand"


def test_a_question_does_not_silence_a_clear_complaint() -> None:
    """Where the model is sure of a complaint, asking politely does not make it neutral."""
    text = "请问半夏茶的领导，三天没有人处理，你们觉得合理吗？"
    assert stance(text, Score(0.95, 0.03, 0.02)).score.label == "negative"
