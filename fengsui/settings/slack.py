"""The Slack app through which people act; receivers in Slack work without it."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.notify.secret_env import VariableName
from alerts.notify.slack.settings import SLACK, SlackReceiver

MODES: Final = ("off", "socket", "http")


class SlackAppSettings(BaseModel):
    """How clicks and commands arrive: by Socket Mode (no public address), or by HTTP, or not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["off", "socket", "http"] = Field(
        default="off", description="off, socket (no public address is needed) or http"
    )
    app_token_env: VariableName = Field(
        default="SLACK_APP_TOKEN", description="the variable with the xapp- token of Socket Mode"
    )
    token_env: VariableName = Field(
        default="SLACK_BOT_TOKEN", description="the variable with the bot's xoxb- token"
    )
    signing_secret_env: VariableName = Field(
        default="SLACK_SIGNING_SECRET", description="the variable with the secret that HTTP needs"
    )
    base_url: str = Field(default=SLACK, description="another server in Slack's place, for tests")

    @field_validator("base_url")
    @classmethod
    def _keeps_the_token_safe(cls, base_url: str) -> str:
        return SlackReceiver(name="app", channel="C0", base_url=base_url).base_url
