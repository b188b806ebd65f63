"""What a user decides about a WeCom robot; reading it loads no HTTP client."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.notify.secret_env import VariableName
from records.language import Language


class WeComReceiver(BaseModel):
    """A receiver that posts to the robot (消息推送) of a WeCom group.

    `url_env` names the environment variable with the robot's address, which holds its key. WeCom
    knows no signature.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["wecom"] = "wecom"
    name: str
    url_env: VariableName = "WECOM_WEBHOOK_URL"
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    language: Language = "zh"

    @property
    def address_env(self) -> str:
        """The variable with the address."""
        return self.url_env

    @property
    def secret_env(self) -> str | None:
        """None: nothing is signed."""
        return None
