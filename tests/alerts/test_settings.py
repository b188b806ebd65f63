"""Receivers: each kind has its notifier, and a missing secret is named by its variable."""

from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter
from rich.console import Console

from alerts.notify.protocol import Abilities, NotifyError
from alerts.settings import ReceiverSettings, notifier_of

READ: TypeAdapter[Any] = TypeAdapter(Annotated[ReceiverSettings, Field(discriminator="kind")])
MAIL = {"host": "m.example", "sender": "a@b.example", "recipients": ["c@d.example"]}

KINDS: list[tuple[dict[str, Any], str, Abilities]] = [
    ({"kind": "feishu", "url_env": "NOT_SET_HERE"}, "GroupRobot", Abilities()),
    (
        {"kind": "feishu", "app_id": "a", "chat_id": "b", "app_secret_env": "NOT_SET_HERE"},
        "FeishuApp",
        Abilities(edits=True, threads=True, pictures=True),
    ),
    ({"kind": "dingtalk", "url_env": "NOT_SET_HERE"}, "GroupRobot", Abilities()),
    ({"kind": "wecom", "url_env": "NOT_SET_HERE"}, "GroupRobot", Abilities(pictures=True)),
    (
        {"kind": "email", "username": "u", "password_env": "NOT_SET_HERE", **MAIL},
        "EmailNotifier",
        Abilities(threads=True, pictures=True),
    ),
]


@pytest.mark.parametrize(("given", "name", "abilities"), KINDS)
def test_each_kind_has_its_notifier(given: dict[str, Any], name: str, abilities: Abilities) -> None:
    """A receiver of each kind has the notifier that can do what the documents say."""
    notifier = notifier_of(READ.validate_python({"name": "here", **given}), Console())
    assert type(notifier).__name__ == name
    assert notifier.abilities == abilities
    assert (notifier.name, notifier.language) == ("here", "zh")


@pytest.mark.parametrize("given", [given for given, *_ in KINDS])
def test_a_missing_secret_is_named_by_its_variable(given: dict[str, Any]) -> None:
    """The check of a receiver whose secret is missing names the environment variable."""
    notifier = notifier_of(READ.validate_python({"name": "here", **given}), Console())
    with pytest.raises(NotifyError, match="NOT_SET_HERE") as caught:
        notifier.check()
    assert not caught.value.retry
