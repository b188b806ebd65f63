"""What every robot of a chat group must do besides the contract of notifiers."""

import json
import logging
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from alerts.messages.message import Message, Section
from alerts.notify.calls import Budget
from alerts.notify.protocol import NotifyError
from alerts.notify.robot import GroupRobot
from tests.alerts.made import made_alert
from tests.alerts.notify.contract import SECRET, NotifierContract, send_alert
from tests.servers.scripted import Reply, ScriptedServer, reply

HTML = Reply(b"<html>a proxy speaks</html>", headers=(("Content-Type", "text/html"),))


def made_long(lines: int) -> Message:
    """Return a message with so many listed lines of about 300 bytes."""
    listed = tuple(f"第 {number} 行 " + "云朵茶饮喝出异物" * 12 for number in range(lines))
    return Message("zh", "周报", sections=(Section("要点", listed, listed=True),))


class RobotContract(NotifierContract):
    """Fixtures to give: `server` (accepts everything) and `notifier`, whose address is on it."""

    # A body that says that too many came, and one that refuses for good.
    too_fast: ClassVar[Reply]
    refused: ClassVar[Reply]
    long: ClassVar[Message]

    @pytest.fixture
    def server(self) -> ScriptedServer:
        raise NotImplementedError

    @pytest.fixture
    def delivered(self, server: ScriptedServer) -> Callable[[], list[str]]:
        def texts() -> list[str]:
            return [json.dumps(one.json, ensure_ascii=False) for one in server.requests]

        return texts

    @pytest.fixture
    def broken(self, notifier: GroupRobot, server: ScriptedServer) -> GroupRobot:
        server.usual = Reply(SECRET.encode(), 403)
        return notifier

    def test_parts_that_were_taken_are_not_sent_again(
        self, notifier: GroupRobot, server: ScriptedServer
    ) -> None:
        """A long message goes out in parts; after a failure only those go that were not taken."""
        accepted = server.usual
        assert isinstance(accepted, Reply)
        server.replies.extend((accepted, self.refused))
        with pytest.raises(NotifyError):
            notifier.send(self.long, "k", None)
        notifier.send(self.long, "k", None)
        first, failed, again, *_ = [one.body for one in server.requests]
        assert _text(failed) == _text(again)
        assert _text(first) != _text(again)
        notifier.send(self.long, "k", None)
        assert [_text(one.body) for one in server.requests].count(_text(first)) == 2

    def test_every_line_of_a_long_message_arrives(
        self, notifier: GroupRobot, delivered: Callable[[], list[str]]
    ) -> None:
        """Parts are split at line ends: each line arrives once, whole, under the title."""
        notifier.send(self.long, "k", None)
        parts = delivered()
        assert len(parts) > 1
        assert all("周报" in part for part in parts)
        for line in self.long.sections[0].lines:
            assert sum(line in part for part in parts) == 1

    def test_a_pause_is_kept(self, notifier: GroupRobot, server: ScriptedServer) -> None:
        """After "too fast" nothing is sent before the pause has passed: the robot is not asked."""
        server.replies.append(self.too_fast)
        for _ in range(2):
            with pytest.raises(NotifyError) as caught:
                send_alert(notifier, made_alert())
            assert caught.value.retry
            assert caught.value.after is not None
        assert len(server.requests) == 1

    @pytest.mark.parametrize("answer", [HTML, Reply(b""), Reply(b"[]"), reply(strange=1)])
    def test_an_http_200_says_nothing(
        self, notifier: GroupRobot, server: ScriptedServer, answer: Reply
    ) -> None:
        """An HTTP 200 without the service's code is no delivery, and is tried again."""
        server.replies.append(answer)
        with pytest.raises(NotifyError, match="does not come from") as caught:
            send_alert(notifier, made_alert())
        assert caught.value.retry

    @pytest.mark.parametrize(
        ("answer", "retry"),
        [
            (Reply(status=302, headers=(("Location", "http://127.0.0.1:1/"),)), False),
            (Reply(status=400), False),
            (Reply(status=404), False),
            (Reply(status=408), True),
            (Reply(status=429), True),
            (Reply(b"<html>", 502), True),
            (Reply(drop=True), True),
        ],
    )
    def test_a_broken_answer_is_tried_again(
        self, notifier: GroupRobot, server: ScriptedServer, answer: Reply, retry: bool
    ) -> None:
        """What a proxy or a broken connection answers is tried again where that can help."""
        server.replies.append(answer)
        with pytest.raises(NotifyError) as caught:
            send_alert(notifier, made_alert())
        assert caught.value.retry is retry

    def test_a_message_has_a_budget(
        self, notifier: GroupRobot, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All parts of a message together end within the sender's lease; the rest comes later."""
        seconds = iter([0.0, 1.0, 60.0])
        monkeypatch.setattr(
            "alerts.notify.robot.Budget", lambda: Budget(clock=lambda: next(seconds))
        )
        with pytest.raises(NotifyError, match="too long") as caught:
            notifier.send(self.long, "k", None)
        assert caught.value.retry
        assert len(server.requests) == 1

    def test_secrets_stay_in_the_environment(
        self, notifier: GroupRobot, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        """No log at any level and no repr holds the address or the key that signs."""
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.DEBUG, "httpx")  # quiet by itself: it would show addresses
        send_alert(notifier, made_alert())
        assert SECRET in server.requests[0].target
        assert caplog.records
        assert SECRET not in caplog.text + repr(notifier) + repr(vars(notifier))


def _text(body: bytes) -> Any:
    """Return what a body says, without its signature."""
    values = json.loads(body)
    return {name: values[name] for name in values if name not in {"sign", "timestamp"}}


def check_code(
    notifier: GroupRobot,
    server: ScriptedServer,
    row: tuple[dict[str, Any], bool, float | None, str],
) -> None:
    """Check that an HTTP 200 with the row's body means what the row says."""
    body, retry, seconds, hint = row
    server.replies.append(reply(**body))
    with pytest.raises(NotifyError) as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry is retry
    assert (caught.value.after.total_seconds() if caught.value.after else None) == seconds
    assert hint in str(caught.value)
