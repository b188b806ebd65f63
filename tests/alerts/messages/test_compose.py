"""Messages: what they say in both languages, and that every word is used."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from alerts.messages.away import MOST, Why, away
from alerts.messages.catalogue import CATALOGUES
from alerts.messages.compose import compose, linked, present
from alerts.messages.digest import grouped
from alerts.messages.evidence_message import evidence
from alerts.messages.follow_up.duty import Person, escalated, with_duty
from alerts.messages.follow_up.handling import reply, with_handling
from alerts.messages.follow_up.part import part_message
from alerts.messages.ops_text import LOGIN, REFUSED, UNREAD
from alerts.notify.slack.buttons import buttons_of
from nlp.complaints.rules import CATEGORIES, DEMANDS
from records import (
    Account,
    Alert,
    Change,
    Evidence,
    EvidencePart,
    IncidentKind,
    IncidentStatus,
    Level,
    LevelReason,
    Link,
    Theme,
    Trend,
    TurningPoint,
)
from tests.alerts.made import (
    HOUR,
    MINUTE,
    OPENED,
    made_alert,
    made_beside,
    made_citation,
    made_incident,
    made_story,
    made_told,
)
from tests.alerts.messages.follow_up.test_handling import made_handlings
from tests.alerts.messages.made import (
    GOVERNMENT,
    LARGE,
    LISTED,
    MEDIUM,
    OWN,
    PLATFORM,
    made_change,
    made_end,
    made_opening,
)
from tests.alerts.messages.missed import made_missed

HOT = replace(LARGE, followers=1862)
VOICES = (HOT, LARGE, MEDIUM, OWN, LISTED, PLATFORM, GOVERNMENT)

SPEAKING = (
    "messages.compose",
    "messages.evidence_message",
    "messages.ops_text",
    "messages.digest",
    "messages.message",
    "messages.away",
    "messages.follow_up.handling",
    "messages.follow_up.part",
    "messages.follow_up.duty",
    "notify.slack.buttons",
)


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
        for module in SPEAKING:
            patch.setattr(f"alerts.{module}.CATALOGUES", spied)
        for alert in (*_every_kind(), *_every_change(), *_operational()):
            for message in (compose(alert, "zh"), present(alert, "zh")):
                _ = message.plain(), message.open_label
                linked(message, "https://alerts.example")
            if not alert.incident.is_operational:
                evidence(alert, "zh")
        for change in Change:
            grouped([made_alert(change)], change, "zh")
        away(made_missed(MOST + 1), OPENED + HOUR, "zh")
        away([*made_missed(2), *_operational()], OPENED + HOUR, "zh")
        for why in get_args(Why):
            away(made_missed(2), OPENED + HOUR, "zh", why)
        part_message(made_alert(), made_incident(brand="晨曦"), "zh")
        _speak_of_people()
    assert set(CATALOGUES["zh"]) == seen & set(CATALOGUES["zh"])


def _speak_of_people() -> None:
    """Compose the words about who is called, who has an incident, and how it ended."""
    for call in ("step", "repeat", "reminder"):
        escalated(made_incident(), call, HOUR, Person("张三"), "zh")
    escalated(made_incident(), "step", HOUR, None, "zh")
    with_duty(compose(made_alert(), "zh"), Person("张三"), calls=True)
    buttons_of(linked(compose(made_alert(), "zh"), "https://alerts.example"))
    for handling in made_handlings():
        buttons_of(present(with_handling(made_alert(), handling), "zh"))
        reply(made_incident(), handling, "zh")


def _operational() -> list[Alert]:
    """Return alerts of sources and steps that fail for every kind of reason, and of their end."""
    return [
        replace(
            made_alert(change),
            incident=replace(made_incident(), kind=kind, evidence=(Evidence(why, 1, 0, HOUR, 0),)),
        )
        for kind in (IncidentKind.COVERAGE, IncidentKind.PIPELINE, IncidentKind.RECEIVER)
        for change in (Change.OPENED, Change.RECOVERED)
        for why in (LOGIN, REFUSED, UNREAD, "TimeoutError")
    ]


def _every_change() -> list[Alert]:
    """Return alerts with a situation: each change, carrier, trend, demand and end."""
    changes = [made_change(change, carriers=VOICES, joined=VOICES[:1]) for change in Change]
    late = replace(made_change(Change.OPENED), late=True)
    over = replace(late.incident, recovered_at=late.at - HOUR, status=IncidentStatus.RECOVERED)
    changes += [late, replace(late, incident=over)]
    joined = [made_change(Change.JOINED, carriers=(one,), joined=(one,)) for one in VOICES]
    absent = made_change(looked_for=tuple(one.carrier for one in VOICES), carriers=())
    unconnected = made_change(Change.OPENED, unconnected=tuple(one.carrier for one in VOICES))
    places = [
        made_change(carriers=(replace(PLATFORM, name=key.removeprefix("place.")),))
        for key in CATALOGUES["en"]
        if key.startswith("place.")
    ]
    trends = [made_change(Change.PROGRESS, trend=trend) for trend in Trend]
    asked = tuple((demand, 1) for demand in DEMANDS)
    demands = [replace(made_opening(), demands=asked[at : at + 4]) for at in range(0, 12, 4)]
    points = tuple(
        TurningPoint(OPENED, kind, "某某", level=Level.RED)
        for kind in (
            "first",
            "raised",
            "peak",
            "hot",
            *(str(one.carrier) for one in VOICES),
            "person",
        )
    )
    ends = [
        replace(made_end(), situation=made_change(turning_points=points[at : at + 3]).situation)
        for at in range(0, len(points), 3)
    ]
    night = replace(made_change(Change.LOWERED), at=OPENED + 15 * HOUR)
    owned = made_change(owner="王芳", owned_at=OPENED)
    fresh = replace(made_opening(), at=OPENED)
    unknown = made_change(baseline=None, before=None)
    people = made_change(first=replace(LARGE, name=""), carriers=(replace(LARGE, name=""),))
    other = made_change(Change.OPENED, category="other")
    return [
        *(*changes, *joined, *trends, *demands, *ends, *places),
        *(absent, unconnected, night, owned, fresh, unknown, people, other, made_end()),
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
        themes=(),
        citations=(
            replace(made_citation("fastest"), author_name=""),
            made_citation("widest"),
            made_citation("typical"),
        ),
    )
    *_, over = made_story()
    ends = [
        replace(over, open_cases=0, incident=replace(over.incident, recovered_at=OPENED + span))
        for span in (20 * MINUTE, 3 * HOUR, 50 * HOUR)
    ]
    week = Evidence("complaints", 49.0, 7.0, timedelta(days=7), 1e-9)
    burnt = replace(made_incident(), evidence=(week,), reasons=(LevelReason("harm", 4.0),))
    ends.append(made_alert(incident=burnt))
    another = replace(made_alert(Change.NEW_STORY), citations=(made_citation("story"),))
    untitled = replace(made_alert(), themes=())
    every = tuple((category, 1) for category in CATEGORIES)
    broad = [replace(made_alert(), categories=every[at : at + 6]) for at in range(0, 10, 6)]
    kinds = tuple((kind, 1) for kind in Account)
    spoken = replace(made_alert(), accounts=kinds, reach_known=None)
    shown = [*opened, another, bare, untitled, _listed(), *made_story()]
    return [*shown, *ends, *_beside_counts(), *broad, spoken, _watched()]


def _watched() -> Alert:
    told = Evidence("watched", 1, 0.0, 5 * MINUTE, 1.0, (EvidencePart("央视记者到店", 1, 0.0),))
    reasons = (LevelReason("watch", 0.0, ("监管",)),)
    return made_alert(incident=replace(made_incident(), evidence=(told,), reasons=reasons))


def _beside_counts() -> list[Alert]:
    found = [made_told(level) for level in (Level.ORANGE, Level.RED)]
    unknown = [replace(one, p_value=1.0) for one in made_beside()]
    smaller = replace(unknown[1], parts=(replace(unknown[1].parts[0], name="100000"),))
    often = [
        replace(made_incident(), reasons=(LevelReason("rarity", weeks),))
        for weeks in (0.5, 1.0, 2.0, 4.0, 13.0, 52.0, 260.0)
    ]
    held = replace(
        found[0],
        evidence=(*unknown, smaller),
        reasons=(LevelReason("low_baseline"), LevelReason("beside", 1.0, ("velocity", "hot_list"))),
        links=tuple(Link(f"{n}", f"品牌{n}", Level.BLUE, ("词", "语")) for n in range(9)),
    )
    return [made_alert(incident=incident) for incident in (*found, *often, held)]


def _listed(title: str = "云朵茶饮喝出虫子") -> Alert:
    """Return the alert of an incident that a hot list opened."""
    entry = Evidence("hot_list", 1, 0.01, 24 * HOUR, 1e-2, (EvidencePart(title, 1.0, 0.0),))
    return made_alert(incident=replace(made_incident(Level.YELLOW), evidence=(entry,)))


def test_a_hot_list_is_named_in_the_title() -> None:
    """What a hot list opens shows its title, cut to a line, in both languages."""
    assert compose(_listed()).title == "🟡 黄 · 云朵茶饮 · 登上热搜「云朵茶饮喝出虫子」"
    assert "on the hot list: “云朵茶饮喝出虫子”" in compose(_listed(), "en").title
    long = compose(_listed("虫子\n" * 90)).title
    assert "\n" not in long
    assert len(long) < 80


def test_without_a_title_the_new_words_name_the_cause() -> None:
    """Where no post has words for it, words new to the brand come first, and no numbers."""
    words = (("奶茶", 80), ("315", 70), ("虫子", 64), ("退款", 31))
    alert = replace(made_alert(incident=made_told()), keywords=words, themes=())
    assert "「虫子」「退款」投诉异常" in compose(alert).title


def test_without_words_there_is_still_a_cause() -> None:
    """Without title, keywords and complaints the title says what is counted."""
    alert = replace(made_alert(), keywords=(), complaints=0, themes=(), categories=())
    assert compose(alert).title == "🟠 橙 · 云朵茶饮 · 负面声量异常"


def test_another_story_that_was_forgotten_has_no_words() -> None:
    """Where its post was forgotten, the title names the cause that the counts speak of."""
    alert = replace(made_alert(Change.NEW_STORY), story=Theme("", 14, 29, 13))
    assert compose(alert).title.endswith("又起一事：「异物」「退款」投诉异常")


def test_the_title_of_the_story_stays() -> None:
    """An alert whose situation has no title shows the one that the incident keeps."""
    alert = made_change(title="")
    alert = replace(alert, incident=replace(alert.incident, title="奶茶喝出活虫"))
    assert "奶茶喝出活虫" in compose(alert).title


def test_what_the_channel_sees_and_what_the_thread() -> None:
    """Raises, reopenings, other stories and who joins concern everybody; the rest the thread."""
    shown = {change for change in Change if compose(made_change(change)).broadcast}
    assert shown == {Change.RAISED, Change.REOPENED, Change.NEW_STORY, Change.JOINED}


def test_every_message_bears_its_key() -> None:
    """The command that shows more stands last, with the incident's key."""
    for change in Change:
        alert = made_change(change)
        assert compose(alert).lines("more") == (f"fengsui explain {alert.incident.key}",)
        assert compose(alert).plain().endswith(f"详情：fengsui explain {alert.incident.key}")


def test_plain_text_holds_every_fact() -> None:
    """The plain form holds title, numbers, steps, links and key, one fact a line."""
    plain = compose(made_opening()).plain()
    for part in ("🔵 蓝", "9 条负面", "原帖 https://weibo.com/1/abc", "现在做：", "详情："):
        assert part in plain


def test_a_failing_source_says_since_when_and_what_next() -> None:
    """An operational message has its time, its effect and the next step, and no playbook."""
    for alert in _operational():
        message = compose(alert)
        assert message.lines("next")
        assert ("历时" in message.summary[0]) is (alert.change is Change.RECOVERED)
