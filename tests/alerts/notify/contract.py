"""What every notifier must do. A test module subclasses it and gives the fixtures."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.messages.compose import compose
from alerts.messages.message import Message, Section
from alerts.notify.protocol import Notifier, NotifyError
from records import Alert, Receipt
from tests.alerts.made import OPENED, made_alert, made_story

SECRET = "s3cret-made-for-tests"
BURST = "\x1b[31m\x07\u202e\u2066[red]<!channel>|`*_~>& @here\r\n\ud800\x00" * 40


BRIEF = "brief@20260302T0400Z"


def made_brief(lines: int = 2, text: str = "云朵茶饮 12 条") -> Message:
    """Return a message about no alert: a title and three sections of listed lines."""
    sections = (
        Section(f"段落 {n}", tuple(f"{text} {i}" for i in range(lines)), listed=True)
        for n in range(3)
    )
    return Message("zh", "日报", sections=tuple(sections))


def send_alert(notifier: Notifier, alert: Alert, thread: Receipt | None = None) -> Receipt:
    """Send what `alert` says in the language of the receiver, under the alert's key."""
    return notifier.send(compose(alert, notifier.language), alert.key, thread)


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
        receipt = send_alert(notifier, made_alert())
        assert len(delivered()) == 1
        assert "云朵茶饮" in delivered()[0]
        assert receipt.place
        assert receipt.message
        assert receipt.thread

    def test_keeps_the_thread(self, notifier: Notifier, delivered: Callable[[], list[str]]) -> None:
        """Every message of an incident bears the thread of its first one."""
        first, *others = made_story()
        thread = send_alert(notifier, first)
        receipts = [send_alert(notifier, alert, thread) for alert in others]
        assert {receipt.thread for receipt in receipts} == {thread.thread}
        assert len({receipt.message for receipt in receipts}) == len(others)
        assert len(delivered()) == 4

    def test_shows_a_message_about_no_alert(
        self, notifier: Notifier, delivered: Callable[[], list[str]]
    ) -> None:
        """A brief is delivered with its title and every line, and can be a thread too."""
        receipt = notifier.send(made_brief(), BRIEF, None)
        (text,) = delivered()
        assert all(line in text for line in made_brief().plain().splitlines())
        assert notifier.send(made_brief(), f"{BRIEF}-2", receipt).thread == receipt.thread
        assert notifier.find(BRIEF, OPENED - timedelta(days=1)) in {receipt, None}

    def test_edits_in_place_or_says_that_it_cannot(
        self, notifier: Notifier, delivered: Callable[[], list[str]]
    ) -> None:
        """An edit changes the message of the receipt, twice as well as once, or is refused."""
        opening, *_, last = made_story()
        receipt = send_alert(notifier, opening)
        message, key = compose(last, notifier.language), f"{last.key}/edit"
        if not notifier.abilities.edits:
            with pytest.raises(NotifyError) as caught:
                notifier.edit(message, key, receipt)
            assert not caught.value.retry
            assert len(delivered()) == 1
            return
        assert notifier.edit(message, key, receipt) == receipt
        assert notifier.edit(message, key, receipt) == receipt
        (text,) = delivered()
        assert message.title in text
        assert compose(opening, notifier.language).title not in text
        assert notifier.find(opening.key, OPENED - timedelta(days=1)) in {receipt, None}

    def test_hostile_text_is_harmless(
        self, notifier: Notifier, delivered: Callable[[], list[str]]
    ) -> None:
        """No control, bidirectional or surrogate character of a post is delivered."""
        send_alert(notifier, made_alert(text=BURST))
        (text,) = delivered()
        assert not set("\x1b\x07\x00\r\u202e\u2066\ud800") & set(text)

    def test_finds_nothing_that_was_not_sent(self, notifier: Notifier) -> None:
        """What was never sent is not found."""
        assert notifier.find(made_alert().key, OPENED) is None

    def test_finds_what_was_sent_or_does_not_know(self, notifier: Notifier) -> None:
        """What was sent is found as it was received, or not at all."""
        alert = made_alert()
        receipt = send_alert(notifier, alert)
        assert notifier.find(alert.key, alert.at - timedelta(minutes=1)) in {receipt, None}

    def test_fails_with_its_own_error(self, broken: Notifier) -> None:
        """A failure is a NotifyError without the secret, the address, the message or a cause."""
        alert: Alert = made_alert()
        with pytest.raises(NotifyError) as caught:
            send_alert(broken, alert)
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
