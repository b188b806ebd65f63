"""What a user decides about a DingTalk robot; reading it loads no HTTP client."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.notify.secret_env import VariableName
from records.language import Language


class DingTalkReceiver(BaseModel):
    """A receiver that posts to the custom robot of a DingTalk group.

    `url_env` names the environment variable with the robot's address, which holds its token;
    `secret_env` the one with the key of the robot's signature (加签), where it asks for that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["dingtalk"] = "dingtalk"
    name: str
    url_env: VariableName = "DINGTALK_WEBHOOK_URL"
    secret_env: VariableName | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    language: Language = "zh"

    @property
    def address_env(self) -> str:
        """The variable with the address."""
        return self.url_env
