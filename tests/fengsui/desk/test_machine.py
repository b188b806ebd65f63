"""No sequence of actions, redeliveries, crashes and absences ends in what the log does not explain.

The machine plays a team that clicks, clicks twice, claims together, loses its answers, loses its
ledger for a while, and dies at any write. Next to it stands a plain model of what each person was
answered. At any time the state is the fold of the log, and the answers agree with it.
"""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from alerts.delivery.answers import is_update, place_of
from fengsui.desk.desk import Desk
from fengsui.desk.rules import Outcome, OutcomeKind, judge_incident
from fengsui.desk.states import IncidentState, Status, fold_incident
from records import Action, ActionKind, Level, Notification, NotificationState, Via, subject_of
from store.errors import StoreBusy, StoreUnreachable
from store.ledger.ledger import Ledger
from tests.alerts.made import made_alert
from tests.fengsui.desk.making import Clock, team_settings
from tests.store.making import NOON, incident

BRANDS = ("云朵茶饮", "晨曦", "山谷")
KEYS = tuple(incident(brand=brand).key for brand in BRANDS)
ACTORS = ("王芳", "李雷", "韩梅梅", "赵总", "王芳", "路人", "陌生人")
KINDS = (
    "claim", "unclaim", "assign", "note", "level", "false_alarm", "not_us", "merge", "split",
    "resolve", "reopen", "silence", "unsilence",
)  # fmt: skip
HOSTILE = ("<!channel>", "\x1b[2J", "a\0b", "\ud800", "'; DROP TABLE actions; --", "", "长" * 4001)
# What the kinds bring, mostly what can be done.
NEEDS = {
    "assign": ("to",),
    "note": ("text",),
    "level": ("level",),
    "merge": ("into",),
    "resolve": ("cause",),
    "silence": ("until", "reason", "also_safety"),
}
GIVEN = st.fixed_dictionaries(
    {
        "to": st.sampled_from((*ACTORS, "fengsui:clock")),
        "text": st.sampled_from(("门店已道歉",) * 5 + HOSTILE),
        "into": st.sampled_from((*KEYS, *KEYS, "nothing@20260101T0000Z")),
        "level": st.sampled_from(("", "blue", "yellow", "red", "紫")),
        "hours": st.sampled_from(("1", "2", "3", "-1")),
        "also_safety": st.just("yes"),
    }
)


class Dies(BaseException):
    """The process is killed: nothing after it runs."""


class Unreliable(Ledger):
    """A ledger that fails before, or dies after, the next decision, as it should."""

    fate = ""

    def decide(self, *given: Any) -> Any:
        """Decide, or fail, or decide and die."""
        fate, self.fate = self.fate, ""
        if fate == "busy":
            raise StoreBusy("locked")
        if fate == "away":
            raise StoreUnreachable("away")
        done = super().decide(*given)
        if fate == "dies":
            raise Dies
        return done


class Team(RuleBasedStateMachine):
    """People at the desk over one ledger; processes come and go."""

    clicks = Bundle("clicks")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        state = Path(self._folder.name)
        self._clock = Clock()
        self._settings = team_settings(state=state)
        self._ledger = Unreliable(f"sqlite:///{state / 'ledger.sqlite3'}")
        self._ledger.record_detection(
            [incident(brand=brand) for brand in BRANDS],
            [
                Notification(made_alert(incident=one), "terminal", NotificationState.SENT, NOON)
                for one in (incident(brand=brand) for brand in BRANDS[:2])
            ],
        )
        self._number = 0
        # What people were answered, by the key of their click.
        self._answers: dict[str, Outcome] = {}
        self._kept: set[str] = set()

    @property
    def _desk(self) -> Desk:
        return Desk(self._ledger, self._settings, self._clock)

    def teardown(self) -> None:
        """Close the ledger."""
        self._ledger.close()
        self._folder.cleanup()

    @rule(
        target=clicks,
        kind=st.sampled_from(KINDS),
        actor=st.sampled_from(ACTORS),
        key=st.sampled_from(KEYS),
        data=GIVEN,
        arrives=st.booleans(),
    )
    def clicked(
        self, kind: str, actor: str, key: str, data: dict[str, str], *, arrives: bool
    ) -> Action:
        """Somebody clicks; it arrives at once, later, or never."""
        action = self._made(kind, actor, key, data)
        if arrives:
            self.arrives(action)
        return action

    @rule(
        day=st.lists(
            st.tuples(
                st.sampled_from(KINDS), st.sampled_from(("王芳", "赵总", "李雷")),
                st.sampled_from(KEYS[:2]), st.sampled_from(KEYS),
            ),
            min_size=3,
            max_size=12,
        )
    )  # fmt: skip
    def busy_day(self, day: list[tuple[str, str, str, str]]) -> None:
        """People who may do much do much, one after the other."""
        for kind, actor, key, into in day:
            self._clock.at += timedelta(minutes=1)
            data = {"to": "韩梅梅", "text": "门店已道歉", "level": "red", "hours": "2"}
            self.arrives(self._made(kind, actor, key, {**data, "into": into, "also_safety": "yes"}))

    def _made(self, kind: str, actor: str, key: str, data: dict[str, str]) -> Action:
        self._number += 1
        until = (self._clock.at + timedelta(hours=int(data["hours"]))).isoformat()
        known = {**data, "cause": data["text"], "reason": data["text"], "until": until}
        given = {name: known[name] for name in NEEDS.get(kind, ())}
        subject, number = subject_of("incident", key), str(self._number)
        return self._desk.new(ActionKind(kind), subject, actor, Via.WEB, number, **given)

    @rule(action=clicks)
    def arrives(self, action: Action) -> None:
        """A click arrives: for the first time, or again."""
        before = len(self._ledger.actions())
        outcome = self._desk.act(action)
        if action.key in self._answers:
            # Redelivered: what was done stays done, and enters the log no second time.
            known = self._answers[action.key]
            was_done = known.kind is OutcomeKind.APPLIED
            assert not was_done or outcome.kind is OutcomeKind.REPEATED
        if outcome.kind is OutcomeKind.APPLIED:
            assert len(self._ledger.actions()) > before
            assert outcome.action == self._ledger.action(action.key)
        if outcome.kind is not OutcomeKind.KEPT:
            self._answers.setdefault(action.key, outcome)
            if outcome.kind is OutcomeKind.APPLIED:
                self._answers[action.key] = outcome

    @rule(action=clicks, fate=st.sampled_from(("busy", "away")))
    def store_is_away(self, action: Action, fate: str) -> None:
        """The store fails just now: the click is kept, or refused for good."""
        self._ledger.fate = fate
        outcome = self._desk.act(action)
        self._ledger.fate = ""
        if outcome.kind is OutcomeKind.KEPT:
            self._kept.add(action.key)

    @rule(action=clicks)
    def process_dies(self, action: Action) -> None:
        """The process dies right after the write: nobody gets an answer."""
        self._ledger.fate = "dies"
        try:
            outcome = self._desk.act(action)
        except Dies:
            return
        self._ledger.fate = ""
        assert outcome.kind in {OutcomeKind.REFUSED, OutcomeKind.REPEATED}

    @rule(first=clicks, second=clicks)
    def two_at_once(self, first: Action, second: Action) -> None:
        """Two arrive one right after the other: never are both the first to take or end it."""
        outcomes = [self._desk.act(first), self._desk.act(second)]
        exclusive = {ActionKind.CLAIM, ActionKind.RESOLVE, ActionKind.FALSE_ALARM}
        alike = first.subject == second.subject and first.kind is second.kind
        if alike and first.kind in exclusive and first.actor != second.actor:
            assert [one.kind for one in outcomes].count(OutcomeKind.APPLIED) < 2

    @rule(minutes=st.integers(1, 120))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on."""
        self._clock.at += timedelta(minutes=minutes)

    @rule()
    def store_is_back(self) -> None:
        """What was kept is done."""
        self._desk.catch_up()
        assert self._desk.catch_up() == 0
        self._kept.clear()

    @rule(key=st.sampled_from(KEYS), level=st.sampled_from(Level))
    def detection_goes_on(self, key: str, level: Level) -> None:
        """Detection writes the incident anew; what people did stands apart from it."""
        known = self._ledger.incident(key)
        assert known is not None
        before = self._desk.incident(key).state
        self._ledger.record_detection([incident(brand=known.brand, level=level)], [])
        assert self._desk.incident(key).state == before

    @invariant()
    def the_log_is_one_order(self) -> None:
        """Places are given once and without gaps, keys once."""
        log = self._ledger.actions()
        assert [one.seq for one in log] == list(range(1, len(log) + 1))
        assert len({one.key for one in log}) == len(log)

    @invariant()
    def each_entry_was_allowed_where_it_stands(self) -> None:
        """Replayed from nothing, every entry is one that had to be taken, in the state before."""
        states: dict[str, IncidentState] = dict.fromkeys(KEYS, IncidentState())
        for action in self._ledger.actions():
            assert self._desk.members.may(action)
            verdict = judge_incident(states[action.subject_key], action)
            assert verdict.kind is OutcomeKind.APPLIED, (action, states[action.subject_key])
            of_subject = self._ledger.actions([action.subject])
            upto = [one for one in of_subject if one.seq <= action.seq]
            states[action.subject_key] = fold_incident(upto)
        for key, state in states.items():
            assert self._desk.incident(key).state == state

    @invariant()
    def an_end_has_an_author_and_merges_end_somewhere(self) -> None:
        """What is ended names who and when; what was merged leads to one that was not."""
        for view in self._desk.incidents():
            state = view.state
            assert (state.ended is None) == (state.ended_at is None) == (not state.ended_by)
            assert bool(state.owner) == (state.owner_since is not None)
            seen = {view.incident.key}
            while state.ended is Status.MERGED:
                assert state.merged_into not in seen
                seen.add(state.merged_into)
                state = self._desk.incident(state.merged_into).state

    @invariant()
    def answers_hold(self) -> None:
        """What somebody saw as done stands in the log under that click, or was so already."""
        for key, outcome in self._answers.items():
            if outcome.kind is OutcomeKind.APPLIED:
                assert self._ledger.action(key) == outcome.action
            if outcome.kind in {OutcomeKind.SECOND, OutcomeKind.REFUSED}:
                found = self._ledger.action(key)
                # Only a later delivery of the same click may have been taken.
                assert found is None or found.at <= self._clock.at

    @invariant()
    def messages_follow_the_log(self) -> None:
        """The last change that shows has its update in the outbox, for who knows the incident."""
        waiting = [one for one in self._ledger.notifications() if is_update(one)]
        for key in KEYS[:2]:
            log = self._ledger.actions([subject_of("incident", key)])
            shown = [one.seq for one in log if one.kind is not ActionKind.NOTE]
            assert sorted(place_of(one) for one in self._of(waiting, key)) == shown
            assert all(a < b for a, b in pairwise(shown))
        assert not self._of(waiting, KEYS[2])  # nobody was notified of it

    def _of(self, updates: list[Notification], key: str) -> list[Notification]:
        return [one for one in updates if one.incident_key == key]


TestTeam = Team.TestCase
TestTeam.settings = settings(
    max_examples=20,
    derandomize=True,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
