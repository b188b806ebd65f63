"""The evidence in the thread: every number with its baseline, posts, and the checklist."""

from dataclasses import replace

from alerts.messages.evidence_message import evidence
from alerts.messages.message import Message, Picture
from records import Account, Alert, Evidence, EvidencePart, Level
from tests.alerts.made import (
    HOUR,
    made_alert,
    made_beside,
    made_citation,
    made_incident,
    made_told,
)


def told(alert: Alert | None = None) -> Message:
    """Return the Chinese evidence of an alert."""
    return evidence(alert or made_alert(incident=made_told()))


def test_numbers_stand_beside_their_baseline() -> None:
    """Counts, new words, large accounts, speed, platforms, hot lists: each with its baseline."""
    assert told().lines("evidence") == (
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
    lines = told(made_alert(incident=replace(made_told(), evidence=unknown))).lines("evidence")
    assert "2 位百万粉博主（平时 未知）" in lines
    assert "最快一帖 1 小时转发 4800 次（平时未知）" in lines


def test_an_unknown_kind_of_evidence_is_shown() -> None:
    """A kind of evidence that the catalogue does not know is shown by its name."""
    incident = replace(made_incident(), evidence=(Evidence("smell", 9, 2, HOUR, 0.01),))
    lines = told(made_alert(incident=incident)).lines("evidence")
    assert lines[0].startswith("近 1 小时smell 9")


def test_topics_have_counts_and_forgotten_ones_no_line() -> None:
    """Each topic has posts and people; one whose words were taken out of what is kept has none."""
    alert = made_alert()
    assert told(alert).lines("themes") == (
        "「杯底有异物，客服不回复」80/147 条，77 人",
        "「云朵茶饮店员回应」9/147 条，8 人",
    )
    gone = replace(alert.themes[0], title="", post_key="")
    assert told(replace(alert, themes=(gone,))).lines("themes") == ()


def test_four_posts_are_quoted() -> None:
    """Four posts stand with role, time, masked name, what is known of them, and their link."""
    four = tuple(made_citation(role) for role in ("earliest", "fastest", "widest", "typical"))
    message = told(replace(made_alert(), citations=(*four, made_citation("story"))))
    assert [quote.role for quote in message.quotes] == ["最早", "传播最快", "影响最大", "有代表性"]
    assert message.quotes[0].about == "最早 07:58 王** · 粉丝 213 · 转发 12"
    assert message.quotes[0].url == "https://weibo.com/1/abc?from=x&y=1"


def test_who_speaks_is_counted() -> None:
    """Kinds of accounts are counted apart, unknown ones last; a cited medium is called one."""
    medium = replace(made_citation("widest"), account=Account.MEDIA)
    message = told(replace(made_alert(), citations=(made_citation(), medium)))
    assert "发帖账号：普通 131 · 媒体 3 · 企业 2 · 认证个人 1 · 未知 10" in message.summary
    first, second = message.quotes
    assert "媒体" not in first.about
    assert " · 媒体 · " in second.about
    unknown = told(replace(made_alert(), accounts=(("", 10),)))
    assert not any("发帖账号" in line for line in unknown.summary)


def test_reach_says_how_sure_it_is() -> None:
    """Followers overlap, so their sum is a most; the share of posts that have any is shown."""
    alert = made_alert()
    whole = told(replace(alert, reach_known=alert.organic)).summary[0]
    part = told(replace(alert, reach_known=alert.organic // 4)).summary[0]
    assert "只会偏高" in whole
    assert "25% 的帖子有粉丝数" in part
    assert "粉丝合计" not in told(replace(alert, reach=0)).summary[0]


def test_the_level_is_explained() -> None:
    """A level says how rare its counts are, how much speaks for it, and what lifted it."""
    assert told().lines("level") == (
        "这么多负面，每 3 个月至多一次",
        "8 类依据",
        "因大号、新词升一级",
        "本波是前波峰值的 2.4 倍",
    )


def test_only_the_fastest_post_is_forecast() -> None:
    """What is expected of one post is shown; of the story no probability is."""
    assert told().lines("expected") == ("每小时转发 900 至 2300 次（近 1 小时 4800）",)
    assert "62%" not in told().plain()
    assert told(made_alert()).lines("expected") == ()


def test_a_story_of_several_brands_names_them() -> None:
    """Linked incidents are named with their level and what both share; many are counted."""
    incident = made_told()
    assert told().lines("links") == (
        "晨曦（红）：共同新词「虫子」「退款」",
        "山谷（蓝）：7 条帖子相同或相近",
    )
    many = tuple(replace(incident.links[0], incident=f"{n}") for n in range(9))
    lines = told(made_alert(incident=replace(incident, links=many))).lines("links")
    assert lines[-1] == "另有 5 个品牌"


def test_a_second_wave_stands_beside_the_first() -> None:
    """A reopened story says which wave it is and how high the one before was."""
    assert told().summary[0].startswith("第 2 波（前波峰值 97 条/时） · ")


def test_orange_and_red_have_a_checklist() -> None:
    """From orange on the level's checklist stands last; below there is none."""
    for level in Level:
        found = told(made_alert(incident=made_incident(level))).lines("checklist")
        assert bool(found) is (level >= Level.ORANGE)
        assert all(line.startswith("☐ ") for line in found)


def test_the_command_that_shows_more_names_the_incident() -> None:
    """The last line is the command that explains this incident."""
    alert = made_alert()
    assert told(alert).lines("more") == (f"fengsui explain {alert.incident.key}",)


def test_the_chart_travels_along() -> None:
    """A chart is part of the message, for channels that show pictures."""
    picture = Picture("chart.png", b"\x89PNG", "曲线")
    assert evidence(made_alert(), picture=picture).picture is picture


def test_hostile_words_stay_one_line() -> None:
    """Nothing that a post holds breaks a line of the evidence."""
    bad = "\x1b[31m\u202e<!channel>\n@all" * 90
    part = (EvidencePart(bad, 1.0, 0.0),)
    incident = replace(made_incident(), evidence=(Evidence("new_terms", 1, 0, HOUR, 1, part),))
    alert = replace(
        made_alert(incident=incident), citations=(made_citation(text=bad),), keywords=((bad, 2),)
    )
    for language in ("zh", "en"):
        message = evidence(alert, "zh" if language == "zh" else "en")
        assert not any(ord(one) < 32 and one != "\n" for one in message.plain())
        assert all("\n" not in quote.text + quote.about for quote in message.quotes)
