"""What a user decides about a receiver in Slack; reading it loads no Slack client."""

from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.notify.secret_env import VariableName
from records.language import Language

SLACK: Final = "https://slack.com/api/"
LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class SlackReceiver(BaseModel):
    """A receiver that posts to one channel.

    `channel` is the channel's ID, not its name: only an ID can be searched for a message that may
    have arrived. `token_env` names the environment variable with the bot token. `base_url` lets
    another server stand in for Slack.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["slack"] = "slack"
    name: str
    channel: str
    token_env: VariableName = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable
    base_url: str = SLACK
    timeout_seconds: int = Field(default=10, ge=1, le=15)
    language: Language = "zh"
    pictures: bool = True
    buttons: bool = Field(
        default=False, description="buttons below alerts; pressing them needs the app ([slack])"
    )

    @field_validator("channel")
    @classmethod
    def _is_an_id(cls, channel: str) -> str:
        if channel[:1] not in {"C", "D", "G"} or not (channel.isalnum() and channel.isupper()):
            raise ValueError(
                "give the channel's ID, such as C0123456789: open the channel in Slack, click its "
                "name, and copy the ID from the bottom of the window"
            )
        return channel

    @field_validator("base_url")
    @classmethod
    def _keeps_the_token_safe(cls, base_url: str) -> str:
        parts = urlsplit(base_url)
        local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
        if parts.scheme != "https" and not local:
            raise ValueError("only https, or http to this machine: the token travels with it")
        return base_url.rstrip("/") + "/"
