"""The desk: what each action does to an incident, who was first, and who may."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fengsui.desk.desk import Desk, UnknownSubject
from fengsui.desk.members import CLOCK
from fengsui.desk.rules import OutcomeKind
from fengsui.desk.states import Status
from records import ActionKind, IncidentStatus, Level, Via, subject_of
from store.ledger.ledger import Ledger
from tests.fengsui.desk.making import KEY, SUBJECT, Clicks, desk_of
from tests.store.making import NOON, case, incident

LATER = "2026-03-02T00:00:00+00:00"


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    """Return a desk with one open incident."""
    return desk_of(ledger)


@pytest.fixture
def click(desk: Desk) -> Clicks:
    """Return what makes actions."""
    return Clicks(desk)


def status(desk: Desk) -> tuple[Status, str]:
    """Return where the incident stands, and who has it."""
    state = desk.incident(KEY).state
    return state.status, state.owner


def test_first_claim_wins_and_second_learns_who(desk: Desk, click: Clicks) -> None:
    """The second of two who claim is not the owner, and learns who is."""
    assert desk.act(click("claim")).kind is OutcomeKind.APPLIED
    second = desk.act(click("claim", "韩梅梅"))
    assert (second.kind, second.by, second.is_done) == (OutcomeKind.SECOND, "李雷", False)
    assert status(desk) == (Status.CLAIMED, "李雷")


def test_double_click_and_redelivery_change_nothing(desk: Desk, click: Clicks) -> None:
    """The same key again, or the same claim under another, is repeated: one entry in the log."""
    once = click("claim")
    assert desk.act(once).kind is OutcomeKind.APPLIED
    again = desk.act(replace(once, at=once.at + timedelta(minutes=5)))
    assert (again.kind, again.action.seq, again.is_done) == (OutcomeKind.REPEATED, 1, True)
    assert desk.act(click("claim")).kind is OutcomeKind.REPEATED
    assert len(desk.incident(KEY).actions) == 1


def test_key_of_another_click_is_refused(desk: Desk, click: Clicks) -> None:
    """A key stands for one click: who uses it for something else is refused."""
    once = click("claim")
    desk.act(once)
    outcome = desk.act(replace(once, kind=ActionKind.UNCLAIM))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "key_used")
    assert status(desk) == (Status.CLAIMED, "李雷")


def test_owner_hands_over_and_lets_go(desk: Desk, click: Clicks) -> None:
    """An agent assigns what is nobody's or the agent's own; what is another's only a lead takes."""
    assert desk.act(click("assign", to="韩梅梅")).kind is OutcomeKind.APPLIED
    taken = desk.act(click("assign", to="李雷"))
    assert (taken.kind, taken.by, taken.reason) == (OutcomeKind.SECOND, "韩梅梅", "owned")
    assert desk.act(click("unclaim")).kind is OutcomeKind.SECOND
    assert desk.act(click("assign", "王芳", to="李雷")).kind is OutcomeKind.APPLIED
    assert desk.act(click("unclaim")).kind is OutcomeKind.APPLIED
    assert status(desk) == (Status.OPEN, "")


@pytest.mark.parametrize("to", ["路人", "谁也不是", "fengsui:clock"])
def test_nobody_who_may_not_act_becomes_owner(desk: Desk, click: Clicks, to: str) -> None:
    """It is assigned only to members who may handle it."""
    outcome = desk.act(click("assign", to=to))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "no_member")


def test_notes_stand_in_order_also_after_the_end(desk: Desk, click: Clicks) -> None:
    """Notes are kept as written, by whom and when; a review is written after the end."""
    desk.act(click("note", text="已致电门店"))
    desk.act(click("resolve", cause="门店已道歉"))
    desk.act(click("note", "韩梅梅", text="复盘见文档"))
    notes = desk.incident(KEY).state.notes
    assert [(one.by, one.text) for one in notes] == [
        ("李雷", "已致电门店"),
        ("韩梅梅", "复盘见文档"),
    ]


@pytest.mark.parametrize(
    ("kind", "data", "ended"),
    [
        ("resolve", {"cause": "已退款并道歉"}, Status.RESOLVED),
        ("false_alarm", {}, Status.FALSE_ALARM),
        ("not_us", {}, Status.NOT_US),
    ],
)
def test_an_end_has_one_author_and_can_be_taken_back(
    desk: Desk, click: Clicks, kind: str, data: dict[str, str], ended: Status
) -> None:
    """Who ends it second learns who did; reopening lets it go on with its owner."""
    desk.act(click("claim"))
    assert desk.act(click(kind, **data)).kind is OutcomeKind.APPLIED
    assert desk.incident(KEY).state.status is ended
    assert not desk.incident(KEY).is_open
    assert desk.act(click(kind, **data)).kind is OutcomeKind.REPEATED
    other = desk.act(click(kind, "韩梅梅", **data))
    assert (other.kind, other.by) == (OutcomeKind.SECOND, "李雷")
    late = desk.act(click("claim", "韩梅梅"))
    assert (late.kind, late.by, late.reason) == (OutcomeKind.SECOND, "李雷", "ended")
    assert desk.act(click("reopen", "韩梅梅")).kind is OutcomeKind.APPLIED
    assert status(desk) == (Status.CLAIMED, "李雷")
    assert desk.act(click("reopen")).kind is OutcomeKind.REPEATED


def test_resolving_wants_a_cause(desk: Desk, click: Clicks) -> None:
    """Nothing is resolved without a cause."""
    outcome = desk.act(click("resolve", cause="  "))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "no_cause")


def test_merge_never_makes_a_circle(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """One goes on in another that goes on itself; splitting gives both back."""
    other = incident(NOON + timedelta(hours=1), "另一家")
    ledger.record_detection([other], [])
    into = desk.act(click("merge", "王芳", into=other.key))
    assert into.kind is OutcomeKind.APPLIED
    assert desk.incident(KEY).state.merged_into == other.key
    back = desk.act(click("merge", "王芳", subject_of("incident", other.key), into=KEY))
    assert (back.kind, back.reason) == (OutcomeKind.REFUSED, "merged_target")
    assert desk.act(click("split", "王芳")).kind is OutcomeKind.APPLIED
    assert status(desk) == (Status.OPEN, "")
    for target, reason in ((KEY, "itself"), ("nothing@20260101T0000Z", "unknown_target")):
        assert desk.act(click("merge", "王芳", into=target)).reason == reason


def test_level_by_hand_shows_until_taken_back(desk: Desk, click: Clicks) -> None:
    """A lead sets a level and takes it back; an unknown one is refused."""
    desk.act(click("level", "王芳", level="red"))
    state = desk.incident(KEY).state
    assert (state.level, state.level_by, state.level_at) == (Level.RED, "王芳", NOON)
    assert desk.act(click("level", "王芳", level="紫")).reason == "no_level"
    desk.act(click("level", "王芳", level=""))
    assert desk.incident(KEY).state.level is None


@pytest.mark.parametrize(
    ("actor", "kind", "data", "may"),
    [
        ("路人", "claim", {}, False),
        ("陌生人", "claim", {}, False),
        ("李雷", "level", {"level": "red"}, False),
        ("李雷", "escalate", {"step": "1", "to": "王芳"}, False),
        ("李雷", "silence", {"until": "2026-03-02T00:00:00+00:00", "reason": "直播"}, False),
        ("王芳", "level", {"level": "red"}, True),
        ("赵总", "silence", {"until": LATER, "reason": "直播", "also_safety": "yes"}, True),
        ("命令行:root", "claim", {}, False),
        (CLOCK, "claim", {}, False),
    ],
)
def test_roles(
    desk: Desk, click: Clicks, actor: str, kind: str, data: dict[str, str], *, may: bool
) -> None:
    """A role may do what it may, strangers only look, and nobody passes for the clock."""
    outcome = desk.act(click(kind, actor, **data))
    assert outcome.kind is (OutcomeKind.APPLIED if may else OutcomeKind.REFUSED)
    assert outcome.reason == ("" if may else "not_allowed")


def test_clock_escalates_only_what_nobody_has(desk: Desk, click: Clicks) -> None:
    """The clock calls the next person, unless somebody was faster; each step once."""

    def step(number: str) -> OutcomeKind:
        key = f"{KEY}/escalate/{number}"
        data = {"step": number, "to": "王芳"}
        made = desk.new(ActionKind.ESCALATE, SUBJECT, CLOCK, Via.CLOCK, key, **data)
        return desk.act(made).kind

    assert [step("1"), step("1")] == [OutcomeKind.APPLIED, OutcomeKind.REPEATED]
    desk.act(click("claim"))
    assert step("2") is OutcomeKind.SECOND
    assert [one.to for one in desk.incident(KEY).state.escalated] == ["王芳"]


def test_what_is_not_there_is_refused(desk: Desk, click: Clicks) -> None:
    """Nothing is done to incidents and cases that nobody knows, or that does not fit them."""
    unknown = desk.act(click("claim", subject="incident:nothing@20260101T0000Z"))
    assert (unknown.kind, unknown.reason) == (OutcomeKind.REFUSED, "unknown")
    assert desk.act(click("claim", subject="case:nothing")).reason == "unknown"
    for kind, subject in (("draft", SUBJECT), ("claim", "post:a/b"), ("note", "house:1")):
        assert desk.act(click(kind, subject=subject, text="字")).reason == "not_fitting"
    assert desk.act(click("note", text="长" * 4001)).reason == "too_long"
    assert desk.act(replace(click("claim"), key="x" * 201)).reason == "bad_key"
    with pytest.raises(UnknownSubject):
        desk.incident("nothing")


def test_open_incidents_the_worst_first(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """What has something left to do is open: it goes on, or somebody has it and has not ended."""
    red = incident(NOON + timedelta(hours=1), "另一家", level=Level.RED)
    past = incident(NOON - timedelta(hours=9), "第三家", status=IncidentStatus.RECOVERED)
    held = incident(NOON - timedelta(hours=5), "第四家", status=IncidentStatus.RECOVERED)
    ledger.record_detection([red, past, held], [])
    desk.act(click("claim", subject=subject_of("incident", held.key)))
    assert [one.incident.brand for one in desk.incidents(is_open=True)] == [
        "另一家", "云朵茶饮", "第四家",
    ]  # fmt: skip
    assert [one.incident.brand for one in desk.incidents(is_open=False)] == ["第三家"]
    assert [one.incident.key for one in desk.incidents(owner="李雷")] == [held.key]
    assert [one.incident.key for one in desk.incidents(brand="另一家", owner="")] == [red.key]


def test_answer_counts_once_a_lead_approved_it(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """A draft is approved by a lead, then it may have been sent; a new draft begins again."""
    ledger.upsert_cases([case(1)])
    on = {"subject": subject_of("case", case(1).key)}
    assert desk.act(click("approve", "王芳", **on)).reason == "no_draft"
    desk.act(click("draft", text="您好，已为您退款", **on))
    assert desk.act(click("answered", **on)).reason == "not_approved"
    assert desk.act(click("approve", **on)).reason == "not_allowed"
    desk.act(click("approve", "王芳", **on))
    assert desk.act(click("answered", **on)).kind is OutcomeKind.APPLIED
    desk.act(click("draft", text="您好，已另寄一份", **on))
    assert desk.act(click("answered", **on)).reason == "not_approved"
    (view,) = desk.cases([case(1)])
    assert (view.state.answered_by, view.state.approved_by) == ("李雷", "")


def test_labels_of_posts_are_given_once(desk: Desk, click: Clicks) -> None:
    """Each label of a post has one author, and holds no word of the post."""
    subject = "post:云朵茶饮/weibo:1"
    assert desk.act(click("spam", subject=subject)).kind is OutcomeKind.APPLIED
    assert desk.act(click("spam", "韩梅梅", subject)).by == "李雷"
    assert desk.act(click("not_us", "韩梅梅", subject)).kind is OutcomeKind.APPLIED


def test_orange_is_silenced_only_by_name(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """A silence of one serious incident that would keep nothing quiet is refused, not ignored."""
    given = {"until": "2026-03-02T00:00:00+00:00", "reason": "直播"}
    assert desk.act(click("silence", "王芳", **given)).reason == "loud"
    on_it = desk.act(click("silence", "王芳", "silence:a", incident=KEY, **given))
    assert on_it.reason == "loud"
    assert desk.act(click("silence", "王芳", also_safety="yes", **given)).is_done
    (silence,) = desk.silences(NOON)
    assert (silence.incident, silence.author) == (KEY, "王芳")
    ended = desk.act(click("unsilence", "王芳", silence.subject))
    assert ended.kind is OutcomeKind.APPLIED
    assert desk.silences(NOON + timedelta(minutes=1)) == []
    ledger.record_detection([incident(level=Level.YELLOW)], [])
    assert desk.act(click("silence", "王芳", **given)).is_done


def test_what_no_database_takes_is_marked_before_it_is_done(desk: Desk, click: Clicks) -> None:
    """U+0000 and half a surrogate are the same in the answer, in the log, and if it comes again."""
    note = replace(click("note", text="a\0b\ud800"), key="web:\ud800")
    outcome = desk.act(note)
    assert outcome.action.data == {"text": "a�b�"}
    assert desk.incident(KEY).actions == [outcome.action]
    assert desk.act(note).kind is OutcomeKind.REPEATED
