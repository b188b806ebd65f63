"""What every notifier must do. A test module subclasses it and gives the fixtures."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.notify.protocol import Notifier, NotifyError
from records import Alert
from tests.alerts.made import OPENED, made_alert, made_story

SECRET = "s3cret-made-for-tests"
BURST = "\x1b[31m\x07\u202e\u2066[red]<!channel>|`*_~>& @here\r\n\ud800\x00" * 40


class NotifierContract:
    """Fixtures to give: `notifier`, `delivered` (texts that arrived), `broken` (cannot deliver)."""

    @pytest.fixture
    def notifier(self) -> Notifier:
        raise NotImplementedError

    @pytest.fixture
    def delivered(self) -> Callable[[], list[str]]:
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> Notifier:
        raise NotImplementedError

    def test_says_the_brand(self, notifier: Notifier, delivered: Callable[[], list[str]]) -> None:
        """A delivered message names the brand, and its receipt can be used as a thread."""
        receipt = notifier.notify(made_alert(), None)
        assert len(delivered()) == 1
        assert "云朵茶饮" in delivered()[0]
        assert receipt.place
        assert receipt.message
        assert receipt.thread

    def test_keeps_the_thread(self, notifier: Notifier, delivered: Callable[[], list[str]]) -> None:
        """Every message of an incident bears the thread of its first one."""
        first, *others = made_story()
        thread = notifier.notify(first, None)
        receipts = [notifier.notify(alert, thread) for alert in others]
        assert {receipt.thread for receipt in receipts} == {thread.thread}
        assert len({receipt.message for receipt in receipts}) == len(others)
        assert len(delivered()) == 4

    def test_hostile_text_is_harmless(
        self, notifier: Notifier, delivered: Callable[[], list[str]]
    ) -> None:
        """No control, bidirectional or surrogate character of a post is delivered."""
        notifier.notify(made_alert(text=BURST), None)
        (text,) = delivered()
        assert not set("\x1b\x07\x00\r\u202e\u2066\ud800") & set(text)

    def test_finds_nothing_that_was_not_sent(self, notifier: Notifier) -> None:
        """What was never sent is not found."""
        assert notifier.find(made_alert(), OPENED) is None

    def test_finds_what_was_sent_or_does_not_know(self, notifier: Notifier) -> None:
        """What was sent is found as it was received, or not at all."""
        alert = made_alert()
        receipt = notifier.notify(alert, None)
        assert notifier.find(alert, alert.at - timedelta(minutes=1)) in {receipt, None}

    def test_fails_with_its_own_error(self, broken: Notifier) -> None:
        """A failure is a NotifyError without the secret, the address, the message or a cause."""
        alert: Alert = made_alert()
        with pytest.raises(NotifyError) as caught:
            broken.notify(alert, None)
        said = f"{caught.value!s} {caught.value!r}"
        assert caught.value.__cause__ is None
        for private in (SECRET, "http", "127.0.0.1", "云朵茶饮", "异物"):
            assert private not in said
        shown = caught.value.__context__ if not caught.value.__suppress_context__ else None
        assert shown is None

    def test_can_be_checked(self, notifier: Notifier, delivered: Callable[[], list[str]]) -> None:
        """Checking says something and delivers nothing."""
        assert getattr(notifier, "check")()  # noqa: B009 - no part of the protocol
        assert delivered() == []
