"""What is typed after /fengsui: each form that people use, and nothing that is not meant."""

from datetime import timedelta

import pytest

from fengsui.desk.slack.commands import HELP, MINE, STATUS, Asked, asked
from records import ActionKind


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Asked(look=STATUS)),
        ("我的", Asked(look=MINE)),
        ("ACK 云朵", Asked("", ActionKind.CLAIM, "云朵")),
        ("assign <@U024BE7LH|li> 云朵", Asked("", ActionKind.ASSIGN, "云朵", person="U024BE7LH")),
        ("指派 云朵 <@U024BE7LH>", Asked("", ActionKind.ASSIGN, "云朵", person="U024BE7LH")),
        ("assign 云朵 @li", Asked("", ActionKind.ASSIGN, "云朵")),
        (
            "静默 云朵 2小时 新品 发布",
            Asked("", ActionKind.SILENCE, "云朵", "新品 发布", length=timedelta(hours=2)),
        ),
        (
            "silence 云朵 1d also-safety",
            Asked("", ActionKind.SILENCE, "云朵", length=timedelta(days=1), also=True),
        ),
        ("silence 云朵", Asked("", ActionKind.SILENCE, "云朵")),
        ("resolve 云朵 已 退款", Asked("", ActionKind.RESOLVE, "云朵", "已 退款")),
        ("delete everything", Asked(look=HELP)),
    ],
)
def test_every_form_is_understood(typed: str, meant: Asked) -> None:
    """A command means the same in both languages and orders; what is unknown asks for help."""
    assert asked(typed) == meant


def test_a_long_text_is_cut_before_it_is_read() -> None:
    """A megabyte of words is cut first: only what fits a command is looked at."""
    assert len(asked("note 云朵 " + "啊 " * 500_000).text) < 3000
