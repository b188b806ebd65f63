"""The first screen: at most eight lines that are understood on a telephone at night."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.messages.compose import compose, present
from alerts.messages.format import cells
from alerts.messages.message import Message
from records import Account, Alert, Carrier, Change, Level, Trend, TurningPoint
from records.language import Language
from tests.alerts.made import (
    HOUR,
    MINUTE,
    OPENED,
    made_alert,
    made_citation,
    made_incident,
    made_story,
)
from tests.alerts.messages.made import (
    FIRST,
    GOVERNMENT,
    LARGE,
    LINK,
    LISTED,
    MEDIUM,
    OWN,
    PLATFORM,
    made_change,
    made_end,
    made_opening,
    made_situation,
)

TELEPHONE = 42


def lines(message: Message) -> dict[str, str]:
    """Return the lines of the first screen by name."""
    return {line.name: line.text for line in message.screen}


def wrapped(message: Message) -> int:
    """Return how many lines of a telephone, 21 Chinese characters wide, title and screen take."""
    texts = (message.title, *(line.text for line in message.screen))
    return sum(math.ceil(cells(text) / TELEPHONE) for text in texts)


def test_an_opening_says_what_where_who_and_what_to_do() -> None:
    """What happened and where, numbers with the baseline, source, carriers, demands, steps."""
    message = compose(made_opening())
    assert message.title == "🔵 蓝 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫（安全健康）"
    assert lines(message) == {
        "numbers": "08:43｜45 分钟 9 条负面，平时不到 1 条 ⇈｜投诉 6 条",
        "source": "源头：橙**（213 粉）07:58 发帖，已转 953",
        "carriers": "谁在传：61 人在说｜大V、媒体还没有｜热搜未接入",
        "harm": "⚠ 伤到人：2 条说有人受伤或身体不适",
        "demands": "要什么：赔偿 4、解释 2、退款 2、道歉 1",
        "do": "现在做：私信橙**，先问身体；封存同批原料和监控",
        "owner": "跟进：未认领，已过 1 分钟",
    }
    source = next(line for line in message.screen if line.name == "source")
    assert [(one.label, one.url) for one in source.links] == [("原帖", LINK)]


def test_a_raise_by_a_large_account_names_it() -> None:
    """The title says who passed it on; the account, its followers and speed stand below."""
    message = compose(made_change(carriers=(MEDIUM, LARGE), joined=(LARGE,)))
    assert message.title == (
        "🔴 升为红 · 云朵茶饮 · 213 万粉大V转述「澄湖天地店奶茶喝出活虫」，负面 1 小时 50 条"
    )
    said = lines(message)
    assert said["numbers"] == (
        "09:20｜近 1 小时 50 条负面（08:03 时 12，平时 1 条） ⇈｜累计 76，投诉 29"
    )
    assert said["carriers"] == "大V：深**（认证，213 万粉）08:52 发，28 分钟转 1 万"
    assert said["others"] == "另：澄湖晚报 1.6 万转"
    assert said["do"].startswith("现在做：①联系大V，给事实和处理进度 ②召集危机小组")
    assert message.broadcast


@pytest.mark.parametrize(
    ("voice", "title", "step"),
    [
        (MEDIUM, "媒体「澄湖晚报」报道：澄湖天地店奶茶喝出活虫", "回记者电话"),
        (OWN, "官方发声明「我们已封存原料」：澄湖天地店奶茶喝出活虫", "看评论，反弹就停发、重写"),
        (
            LISTED,
            "登上微博热搜「云朵茶饮喝出虫子」：澄湖天地店奶茶喝出活虫",
            "停投放，1 小时内回应",
        ),
        (PLATFORM, "传到小红书：澄湖天地店奶茶喝出活虫", "在新平台也回应"),
        (GOVERNMENT, "「澄湖市场监管」发声：澄湖天地店奶茶喝出活虫", "当天回复主管部门"),
    ],
)
def test_who_joins_changes_title_and_first_step(voice: object, title: str, step: str) -> None:
    """Media, statement, hot list, platform, authority: each has its title and its first step."""
    message = compose(made_change(Change.JOINED, joined=(voice,), carriers=(voice,)))
    assert message.title == f"🔴 红 · 云朵茶饮 · {title}"
    assert step in lines(message)["do"]


def test_an_older_post_says_what_the_last_hour_brought() -> None:
    """Of a post older than an hour the gain is shown, not the total."""
    said = lines(compose(made_change(Change.PROGRESS, carriers=(MEDIUM,))))
    assert said["carriers"].endswith("，近 1 小时转 5200")


@pytest.mark.parametrize(
    ("trend", "said"),
    [
        (Trend.RISING, "仍在加速"),
        (Trend.STEADY, "居高不下"),
        (Trend.PEAKED, "已见顶"),
        (Trend.FALLING, "在回落"),
        (Trend.UNKNOWN, "负面 1 小时 50 条"),
    ],
)
def test_progress_says_where_it_goes(trend: Trend, said: str) -> None:
    """A progress line says the trend in words, and no percentage anywhere."""
    message = compose(made_change(Change.PROGRESS, trend=trend))
    assert message.title == f"🔴 红 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫，{said}"
    assert "%" not in message.plain()


def test_a_fall_at_night_is_no_end() -> None:
    """A fall between 22:00 and 08:00 says that it is not over and when the next report comes."""
    night = replace(made_change(Change.LOWERED, Level.YELLOW), at=OPENED + 15 * HOUR)
    message = compose(night)
    assert message.title == (
        "🟡 黄，夜间回落 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫，不等于平息，08:00 再报"
    )
    assert lines(message)["do"] == "现在做：留一人值守，备好早间说明"
    day = compose(made_change(Change.LOWERED, Level.YELLOW))
    assert day.title == "🟡 降为黄 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫，回落到 1 小时 50 条"
    assert "平息" not in day.plain()


def test_the_end_has_its_turning_points_and_what_is_left() -> None:
    """The closing message tells how long, how high, what turned it, and the open cases."""
    message = compose(made_end())
    assert message.title == "✅ 结束 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫"
    assert message.recovered
    assert [line.text for line in message.screen] == [
        "08:42 至 12:30，历时 3 小时 48 分，最高橙",
        "最高 1 小时 232 条（09:12）｜累计 147 条负面、95 条投诉，61 人",
        "08:42 首帖→09:42 大V深**→10:42 官方声明→11:42 升红",
        "还剩：5 件工单未结",
        "现在做：办结工单，做复盘",
    ]


def test_the_first_message_shows_the_present() -> None:
    """Edited, the first message has the story's title, the present level and the source."""
    message = present(made_change(Change.RAISED, carriers=(LARGE,), joined=(LARGE,)))
    assert message.title == "🔴 红 · 云朵茶饮 · 澄湖天地店奶茶喝出活虫（安全健康）"
    assert "source" in lines(message)
    assert present(made_end()).title.startswith("✅ 结束")


def test_who_has_it_is_said() -> None:
    """An owner is named with the time of the claim."""
    owned = made_change(owner="王芳", owned_at=OPENED + MINUTE)
    assert lines(compose(owned))["owner"] == "跟进：王芳 08:43 认领"


@pytest.mark.parametrize(
    ("coverage", "said"), [(0.97, "｜采集覆盖 97%"), (0.62, "｜⚠ 只采到 62%，数字偏低"), (1.0, "")]
)
def test_coverage_only_when_it_is_not_whole(coverage: float, said: str) -> None:
    """What was read is named only where something is missing."""
    owner = lines(compose(replace(made_change(), coverage=coverage)))["owner"]
    assert owner == f"跟进：未认领，已过 38 分钟{said}"


def test_an_unknown_usual_is_not_made_up() -> None:
    """Without a baseline the message says so; it is not zero."""
    assert "（08:03 时 12，平时暂无）" in lines(compose(made_change(baseline=None)))["numbers"]
    bare = replace(
        made_opening(), usual=0.0, incident=replace(made_incident(Level.BLUE), evidence=())
    )
    assert "9 条负面，平时暂无" in lines(compose(bare))["numbers"]


def test_a_short_history_is_said() -> None:
    """An incident of a brand without a baseline says that it is estimated."""
    alert = made_alert(incident=made_incident(low_baseline=True))
    assert "平时水平为估计" in lines(compose(alert))["owner"]
    assert "its usual is estimated" in lines(compose(alert, "en"))["owner"]


def test_another_story_has_its_own_numbers() -> None:
    """It is named in the title; how many of the last hour tell it stands first."""
    message = compose(made_alert(Change.NEW_STORY))
    assert message.title == "🟠 橙 · 云朵茶饮 · 又起一事：店长打人，顾客报警"
    assert "｜近 1 小时 14/29 条说这件事，13 人｜" in lines(message)["numbers"]


def test_an_alert_of_an_older_version_is_shown() -> None:
    """What waits without a situation goes out with the title, posts and counts that it holds."""
    old = made_alert()
    notable = replace(made_citation("widest"), account=Account.NOTABLE, followers=3_000_000)
    message = compose(replace(old, citations=(made_citation(), notable)))
    assert message.title == "🟠 橙 · 云朵茶饮 · 杯底有异物，客服不回复（安全健康）"
    assert lines(message)["numbers"].startswith("09:20｜38 分钟 147 条负面，平时 3 条 ↑")
    assert lines(message)["carriers"].startswith("大V：王**（认证，300 万粉）")
    for one in made_story():
        assert compose(one).screen


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("change", list(Change))
def test_a_telephone_shows_it_at_once(change: Change, language: Language) -> None:
    """However much there is to say: eight lines, fifteen on a telephone; Chinese 330 characters."""
    voices = (LARGE, MEDIUM, replace(LARGE, post_key="x", name="另一大V"))
    alert = made_change(change, carriers=voices, joined=voices, harm=12)
    alert = replace(alert, coverage=0.4, incident=replace(alert.incident, low_baseline=True))
    message = compose(alert, language)
    assert len(message.screen) <= 7
    assert wrapped(message) <= 15
    if language == "zh":
        assert len(message.title) + sum(len(line.text) for line in message.screen) <= 330


def test_no_text_breaks_a_line() -> None:
    """Names, titles and demands of any kind stay one visible line each, within its length."""
    bad = "\x1b[31m\x07\u202e[red]<!channel>|`*_~>& @here\r\n\ud800\x00" * 40
    voice = replace(LARGE, name=bad, text=bad, url="javascript:alert(1)")
    alert = made_change(title=bad, carriers=(voice,), joined=(voice,), first=voice, owner=bad)
    alert = replace(alert, demands=((bad, 3),), keywords=((bad, 4),))
    for change in Change:
        message = compose(replace(alert, change=change))
        for text in (message.title, *(line.text for line in message.screen)):
            assert not any(ord(one) < 32 or one in "\u202e\ud800\x7f" for one in text)
            assert cells(text) <= 168
        assert not any(line.links for line in message.screen)


def test_every_link_is_safe() -> None:
    """Only http and https addresses become links."""
    first = replace(FIRST, url="file:///etc/passwd")
    alert = replace(made_opening(), situation=replace(made_situation(), first=first))
    assert not any(line.links for line in compose(alert).screen)


def test_what_is_looked_for_and_absent_is_said_beside_who_is_there() -> None:
    """With a large account there, media that were looked for and are not are still named."""
    said = lines(compose(made_change(carriers=(LARGE,))))
    assert said["others"] == "媒体还没有"
    assert Carrier.MEDIA in made_situation().looked_for


def test_english_says_the_same() -> None:
    """English is a choice, with the same facts and the same order."""
    zh, en = compose(made_opening()), compose(made_opening(), "en")
    assert list(lines(zh)) == list(lines(en))
    assert en.title == "🔵 BLUE · 云朵茶饮 · 澄湖天地店奶茶喝出活虫 (Health and safety)"
    assert lines(en)["do"].startswith("Do now: Message 橙**")
    assert "refund 2" in lines(en)["demands"]


def test_another_day_has_its_date() -> None:
    """A time of another day, in Beijing, is shown with its date."""
    later: Alert = replace(made_opening(), at=OPENED + timedelta(days=1))
    assert "03-02 07:58" in lines(compose(later))["source"]


def test_turning_points_that_say_least_go_first() -> None:
    """Where a line has no room for all, platforms, hot posts and levels go before who spoke."""
    kinds = ("first", "platform", "hot", "raised", "large", "media", "own", "raised", "own")
    points = tuple(
        TurningPoint(OPENED + n * HOUR, kind, f"名{n}", level=Level.RED)
        for n, kind in enumerate(kinds)
    )
    alert = made_end()
    assert alert.situation is not None
    alert = replace(alert, situation=replace(alert.situation, turning_points=points))
    said = lines(compose(alert))["turns"]
    assert [part.split(" ", 1)[1] for part in said.split("→")] == [
        *("首帖", "升红", "大V名**", "名5", "官方声明", "升红", "官方声明"),
    ]


def test_harm_to_people_asks_for_the_steps_of_safety() -> None:
    """Where somebody was hurt, the steps are those of safety, whatever most complain of."""
    hurt = lines(compose(made_change(Change.PROGRESS, category="service", harm=1)))["do"]
    assert hurt == lines(compose(made_change(Change.PROGRESS, category="safety")))["do"]
    calm = lines(compose(made_change(Change.PROGRESS, category="service", harm=0)))["do"]
    assert calm != hurt
