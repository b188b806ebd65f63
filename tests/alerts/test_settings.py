"""Receivers: each kind has its notifier, and a missing secret is named by its variable."""

from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError
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


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("webhook", "url_env"),
        ("feishu", "url_env"),
        ("feishu", "secret_env"),
        ("dingtalk", "url_env"),
        ("wecom", "url_env"),
        ("slack", "token_env"),
        ("email", "password_env"),
    ],
)
def test_a_secret_in_place_of_a_variable_is_refused_and_not_repeated(kind: str, key: str) -> None:
    """An address or a secret where a variable's name belongs is an error that does not hold it."""
    secret = "https://open.example/hook/s3cret-of-tests"
    with pytest.raises(ValidationError) as caught:
        READ.validate_python({"kind": kind, "name": "desk", key: secret})
    found = [one for one in caught.value.errors() if key in one["loc"]]
    assert found
    assert all("environment variable" in one["msg"] and secret not in one["msg"] for one in found)
