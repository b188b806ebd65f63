"""Messages: what they say in both languages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.compose import compose
from alerts.messages.digest import grouped
from alerts.messages.ops_text import LOGIN, REFUSED, UNREAD
from alerts.notify.slack.blocks import payload_of
from nlp.complaints.rules import CATEGORIES
from records import (
    Account,
    Alert,
    Change,
    Evidence,
    EvidencePart,
    IncidentKind,
    Level,
    LevelReason,
    Link,
    Theme,
)
from records.language import Language
from tests.alerts.made import (
    HOUR,
    MINUTE,
    OPENED,
    made_alert,
    made_beside,
    made_citation,
    made_forecast,
    made_incident,
    made_story,
    made_told,
)


def test_the_title_names_what_is_new() -> None:
    """Of the frequent words those come first that are new to the brand, and no numbers."""
    words = (("奶茶", 80), ("315", 70), ("虫子", 64), ("退款", 31))
    alert = replace(made_alert(incident=made_told()), keywords=words)
    assert "「虫子」「退款」" in compose(alert).title


def test_every_word_is_used() -> None:
    """Every entry of the catalogue is reached by some alert: no dead words."""
    seen: set[str] = set()

    class Spy(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            seen.add(key)
            return super().__getitem__(key)

        def get(self, key: str, default: Any = None) -> Any:
            seen.add(key)
            return super().get(key, default)

    with pytest.MonkeyPatch.context() as patch:
        spied = {"zh": Spy(CATALOGUES["zh"]), "en": CATALOGUES["en"]}
        for module in ("compose", "ops_text", "digest", "message"):
            patch.setattr(f"alerts.messages.{module}.CATALOGUES", spied)
        for alert in (*_every_kind(), *_operational()):
            payload_of(compose(alert, "zh"))
        for change in Change:
            grouped([made_alert(change)], change, "zh")
    assert set(CATALOGUES["zh"]) == seen & set(CATALOGUES["zh"])


def _operational() -> list[Alert]:
    """Return alerts of sources and steps that fail for every kind of reason, and of their end."""
    return [
        replace(
            made_alert(change),
            incident=replace(made_incident(), kind=kind, evidence=(Evidence(why, 1, 0, HOUR, 0),)),
        )
        for kind in (IncidentKind.COVERAGE, IncidentKind.PIPELINE)
        for change in (Change.OPENED, Change.RECOVERED)
        for why in (LOGIN, REFUSED, UNREAD, "TimeoutError")
    ]


def _every_kind() -> list[Alert]:
    opened = [made_alert(incident=made_incident(level, low_baseline=True)) for level in Level]
    bare = replace(
        made_alert(),
        incident=replace(made_incident(), evidence=()),
        usual=0.0,
        coverage=0.5,
        complaints=0,
        keywords=(),
        citations=(
            replace(made_citation("fastest"), author_name=""),
            made_citation("widest"),
            made_citation("earliest"),
        ),
    )
    *_, over = made_story()
    ends = [
        replace(over, open_cases=0, incident=replace(over.incident, recovered_at=OPENED + span))
        for span in (20 * MINUTE, 3 * HOUR, 50 * HOUR)
    ]
    again = made_alert(Change.REOPENED)
    another = replace(made_alert(Change.NEW_STORY), citations=(made_citation("story"),))
    every = tuple((category, 1) for category in CATEGORIES)
    broad = [replace(made_alert(), categories=every[at : at + 6]) for at in range(0, 10, 6)]
    shown = [*opened, again, another, bare, _listed(), *made_story()]
    kinds = tuple((kind, 1) for kind in Account)
    spoken = replace(made_alert(), accounts=kinds, reach_known=None)
    return [*shown, *ends, *_beside_counts(), *broad, spoken]


def test_who_speaks_is_told() -> None:
    """Kinds of accounts are counted apart, unknown ones last; a cited medium is called one."""
    alert = made_alert()
    medium = replace(made_citation("widest"), account=Account.MEDIA)
    message = compose(replace(alert, citations=(made_citation(), medium)))
    assert "发帖账号：普通 131 · 媒体 3 · 企业 2 · 认证个人 1 · 未知 10" in message.summary
    first, second = message.quotes
    assert "媒体" not in first.about
    assert " · 媒体 · " in second.about
    unknown = compose(replace(alert, accounts=(("", 10),)))
    assert not any("发帖账号" in line for line in unknown.summary)
    english = compose(alert, "en")
    assert any(line.startswith("who speaks: ordinary accounts 131") for line in english.summary)


def test_reach_says_how_sure_it_is() -> None:
    """Followers overlap, so their sum is a most; the share of posts that have any is shown."""
    alert = made_alert()
    whole = "\n".join(compose(replace(alert, reach_known=alert.organic)).summary)
    part = "\n".join(compose(replace(alert, reach_known=alert.organic // 4)).summary)
    assert "只会偏高" in whole
    assert "25% 的帖子有粉丝数" in part
    assert "至多" not in part
    assert "粉丝合计" not in "\n".join(compose(replace(alert, reach=0)).summary)


def _listed(title: str = "云朵茶饮喝出虫子") -> Alert:
    """Return the alert of an incident that a hot list opened."""
    told = Evidence("hot_list", 1, 0.01, 24 * HOUR, 1e-2, (EvidencePart(title, 1.0, 0.0),))
    return made_alert(incident=replace(made_incident(Level.YELLOW), evidence=(told,)))


def test_a_hot_list_is_named_in_the_title() -> None:
    """What a hot list opens shows its title, cut to a line, in both languages."""
    assert compose(_listed()).title == "🟡 黄 · 云朵茶饮 · 登上热搜「云朵茶饮喝出虫子」"
    assert "on the hot list: “云朵茶饮喝出虫子”" in compose(_listed(), "en").title
    long = compose(_listed("虫子\n" * 90)).title
    assert "\n" not in long
    assert len(long) < 80


def _beside_counts() -> list[Alert]:
    told = [made_told(level) for level in (Level.ORANGE, Level.RED)]
    unknown = [replace(one, p_value=1.0) for one in made_beside()]
    smaller = replace(unknown[1], parts=(replace(unknown[1].parts[0], name="100000"),))
    often = [
        replace(made_incident(), reasons=(LevelReason("rarity", weeks),))
        for weeks in (0.5, 1.0, 2.0, 4.0, 13.0, 52.0, 260.0)
    ]
    held = replace(
        told[0],
        evidence=(*unknown, smaller),
        reasons=(LevelReason("low_baseline"), LevelReason("beside", 1.0, ("velocity", "hot_list"))),
        links=tuple(Link(f"{n}", f"品牌{n}", Level.BLUE, ("词", "语")) for n in range(9)),
    )
    return [made_alert(incident=incident) for incident in (*told, *often, held)]


def test_an_opening_tells_everything() -> None:
    """Level, brand, cause, since when, numbers next to their baseline, why, what next, who."""
    message = compose(made_alert())
    assert message.title == "🟠 橙 · 云朵茶饮 · 「异物」「退款」投诉异常升高"
    assert message.summary[0] == (
        "08:42 起 38 分钟 · 负面 147 条（平时同时段 3.1） · 213 位真实作者 · 采集覆盖 97%"
    )
    assert message.lines("evidence") == (
        "近 1 小时负面 147 条（平时 3.1，47 倍）",
        "近 1 小时负面占比 71%（平时 18%）",
        "近 10 分钟投诉 41 条（平时 <0.1）",
        "近 6 小时声量 50 条（平时 44）",
        "高频词：「异物」64 「退款」31",
    )
    assert message.lines("themes") == (
        "「杯底有异物，客服不回复」80/147 条，77 人",
        "「云朵茶饮店员回应」9/147 条，8 人",
    )
    assert message.lines("categories") == ("安全健康 60", "服务态度 12")
    assert message.lines("demands") == ("退款 31", "道歉 9")
    assert message.quotes[0].about == "最早 07:58 王** · 粉丝 213 · 转发 12"
    assert message.quotes[0].url == "https://weibo.com/1/abc?from=x&y=1"
    assert message.lines("cases") == ("5 个待处理",)
    assert message.lines("next")


def test_english_says_the_same() -> None:
    """English is a choice, with the same facts."""
    message = compose(made_alert(), "en")
    assert message.title.startswith("🟠 ORANGE · 云朵茶饮 · unusually many complaints about “异物”")
    assert "negative posts: 147 (usual for that span: 3.1)" in message.summary[0]


def test_a_raise_says_from_where_to_where() -> None:
    """A change of the level names both levels."""
    _, raised, lowered, _ = made_story()
    assert compose(raised).lines("changed") == ("级别 🟡 黄 → 🟠 橙",)
    assert compose(lowered).lines("changed") == ("级别 🟠 橙 → 🟡 黄",)


def test_another_story_is_told_in_full() -> None:
    """It is named in the title, its numbers stand under what changed, and the rest as ever."""
    message = compose(made_alert(Change.NEW_STORY))
    assert message.title == "🟠 橙 · 云朵茶饮 · 又起新话题「店长打人，顾客报警」"
    assert message.lines("changed") == (
        "另一话题「店长打人，顾客报警」：近 1 小时 14/29 条，13 人",
    )
    assert message.lines("evidence")
    assert message.quotes
    assert (
        "another story: “店长打人，顾客报警”" in compose(made_alert(Change.NEW_STORY), "en").title
    )


def test_another_story_that_was_forgotten_has_no_words() -> None:
    """Where its post was forgotten, the title names the cause that the counts speak of."""
    alert = made_alert(Change.NEW_STORY)
    alert = replace(alert, story=Theme("", 14, 29, 13))
    assert compose(alert).title.endswith("又起新话题「「异物」「退款」投诉」")


def test_a_fall_says_only_what_changed() -> None:
    """A lowered level repeats neither evidence nor posts."""
    message = compose(made_story()[2])
    assert (message.lines("evidence"), message.lines("demands"), message.quotes) == ((), (), ())
    assert (message.lines("themes"), message.lines("categories")) == ((), ())


def test_a_forgotten_title_is_not_told() -> None:
    """A theme whose words were taken out of what is kept has no line."""
    gone = replace(made_alert().themes[0], title="", post_key="")
    assert compose(replace(made_alert(), themes=(gone,))).lines("themes") == ()


def test_a_recovery_tells_the_whole_story() -> None:
    """A recovery says how long it lasted, how bad it was and what stays open."""
    message = compose(made_story()[-1])
    assert message.title.startswith("✅ 恢复 · 云朵茶饮")
    assert message.recovered
    assert message.summary[0] == "08:42 至 12:30，历时 3 小时 48 分钟"
    assert message.summary[1] == "最高级别 🟠 橙 · 峰值 232 条负面/时（09:12）"
    assert message.lines("cases") == ("仍有 5 个未结",)


@pytest.mark.parametrize(("language", "says"), [("zh", "新品牌，基线不足"), ("en", "new brand")])
def test_a_short_history_is_said(language: Language, says: str) -> None:
    """An incident of a brand without a baseline says so; another does not."""
    alert = made_alert(incident=made_incident(low_baseline=True))
    assert says in "".join(compose(alert, language).summary)
    assert says not in "".join(compose(made_alert(), language).summary)


def test_low_coverage_is_a_warning() -> None:
    """If much was not read, the message says that the numbers are too low."""
    assert "⚠ 采集覆盖仅 62%" in compose(replace(made_alert(), coverage=0.62)).summary[0]


def test_an_unknown_usual_is_not_made_up() -> None:
    """Without evidence of the usual, the message says that it is unknown, not zero."""
    alert = replace(made_alert(incident=replace(made_incident(), evidence=())), usual=0.0)
    assert "（平时水平未知）" in compose(alert).summary[0]


def test_another_day_has_its_date() -> None:
    """A time of another day, in Shanghai, is shown with its date."""
    alert = replace(made_alert(), at=OPENED + timedelta(days=1))
    assert compose(alert).summary[0].startswith("03-02 08:42 起 1 天 0 小时")


def test_without_words_there_is_still_a_cause() -> None:
    """Without keywords and complaints the title says what is counted."""
    alert = replace(made_alert(), keywords=(), complaints=0)
    assert compose(alert).title == "🟠 橙 · 云朵茶饮 · 负面声量异常升高"


def test_an_unknown_kind_of_evidence_is_shown() -> None:
    """A kind of evidence that the catalogue does not know is shown by its name."""
    incident = replace(made_incident(), evidence=(Evidence("smell", 9, 2, HOUR, 0.01),))
    assert (
        compose(made_alert(incident=incident)).lines("evidence")[0].startswith("近 1 小时smell 9")
    )


def test_evidence_beside_the_counts_has_its_usual() -> None:
    """New words, large accounts, speed, platforms, hot lists: each number with its baseline."""
    message = compose(made_alert(incident=made_told()))
    assert message.lines("evidence") == (
        "近 1 小时负面 147 条（平时 3.1，47 倍）",
        "近 1 小时负面占比 71%（平时 18%）",
        "近 10 分钟投诉 41 条（平时 <0.1）",
        "上热搜 1 条（平时 <0.1）「云朵茶饮喝出虫子」",
        "2 位百万粉博主（平时 0.2）",
        "新词「虫子」64 人（平时 <0.1）、「退款」31 人（平时 0.4）",
        "最快一帖 1 小时转发 4800 次（平时 99% 的帖子总共不过 61 次）",
        "近 1 小时多平台：weibo 120 条（平时 3）、heimao 9 条（平时 0.2）",
        "近 6 小时声量 50 条（平时 44）",
        "高频词：「异物」64",
    )


def test_evidence_without_a_past_says_so() -> None:
    """Where no past is known, the usual is unknown, not zero."""
    unknown = tuple(replace(one, p_value=1.0) for one in made_beside())
    lines = compose(made_alert(incident=replace(made_told(), evidence=unknown))).lines("evidence")
    assert "2 位百万粉博主（平时 未知）" in lines
    assert "最快一帖 1 小时转发 4800 次（平时未知）" in lines


def test_the_level_is_explained() -> None:
    """A level says how rare its counts are, how much speaks for it, and what lifted it."""
    told = compose(made_alert(incident=made_told())).lines("level")
    assert told == (
        "这么多负面，每 3 个月至多一次",
        "8 类依据",
        "因大号、新词升一级",
        "本波是前波峰值的 2.4 倍",
    )


def test_the_forecast_is_shown() -> None:
    """The next level's probability and the peak stand next to what was reached so far."""
    alert = made_alert(incident=made_told())
    assert compose(alert).lines("forecast") == (
        "6 小时内升为红色 62%，峰值 900 至 2300 条/时（至今最高 232）",
        "最快一帖每小时转发 900 至 2300 次（近 1 小时 4800）",
    )
    assert compose(alert, "en").lines("forecast")[0] == (
        "RED within 6 h: 62%, peak 900 to 2300 an hour (highest so far 232)"
    )


def test_above_red_there_is_no_level() -> None:
    """A red incident says whether it will double."""
    line = compose(made_alert(incident=made_told(Level.RED))).lines("forecast")[0]
    assert line.startswith("6 小时内再翻倍 62%")


@pytest.mark.parametrize(
    ("probability", "said"), [(0.004, "<1%"), (0.01, "1%"), (0.996, "99%"), (0.5, "50%")]
)
def test_nothing_is_certain(probability: float, said: str) -> None:
    """A probability is never shown as nothing or as certainty."""
    told = made_told()
    assert told.forecast is not None
    story = replace(told.forecast, complaints=made_forecast(probability))
    line = compose(made_alert(incident=replace(told, forecast=story))).lines("forecast")[0]
    assert f"红色 {said}，" in line


@pytest.mark.parametrize(("language", "said"), [("zh", "暂无"), ("en", "no forecast yet")])
def test_without_a_forecast_none_is_invented(language: Language, said: str) -> None:
    """An incident of which too little is known says so."""
    assert compose(made_alert(), language).lines("forecast")[0].startswith(said)


def test_a_story_of_several_brands_names_them() -> None:
    """Linked incidents are named with their level and what both share; many are counted."""
    told = made_told()
    assert compose(made_alert(incident=told)).lines("links") == (
        "晨曦（红）：共同新词「虫子」「退款」",
        "山谷（蓝）：7 条帖子相同或相近",
    )
    many = tuple(replace(told.links[0], incident=f"{n}") for n in range(9))
    lines = compose(made_alert(incident=replace(told, links=many))).lines("links")
    assert lines[-1] == "另有 5 个品牌"


def test_a_second_wave_is_beside_the_first() -> None:
    """A reopened story says which wave it is and how high the one before was."""
    summary = compose(made_alert(incident=made_told())).summary[1]
    assert summary.startswith("第 2 波（前波峰值 97 条/时） · ")


def test_plain_text_holds_every_fact() -> None:
    """The plain form holds title, numbers, quotes and links, one fact a line."""
    plain = compose(made_alert()).plain()
    for part in ("🟠 橙", "依据：", "诉求：", "「杯底有异物，客服不回复」 https://", "下一步："):
        assert part in plain
