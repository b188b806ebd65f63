"""What a user decides about a Feishu receiver; reading it loads no HTTP client."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.notify.secret_env import VariableName
from records.language import Language


class FeishuReceiver(BaseModel):
    """A receiver that posts cards to a Feishu group: through its custom robot, or as an app.

    The robot (自定义机器人) has an address, which holds its token: `url_env` names the environment
    variable with it, `secret_env` the one with the key of its signature. An app (`app_id`, the
    variable with its secret, the group's `chat_id`) can also edit, and answer in threads.
    `base_url` is another one for Lark.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["feishu"] = "feishu"
    name: str
    url_env: VariableName | None = None
    secret_env: VariableName | None = None
    app_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    app_secret_env: VariableName = "FEISHU_APP_SECRET"  # noqa: S105 - the name of a variable
    chat_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    base_url: str = Field(default="https://open.feishu.cn", pattern=r"^https?://[^/@?#]+/?$")
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    language: Language = "zh"

    @model_validator(mode="after")
    def _one_way(self) -> "FeishuReceiver":
        if (self.url_env is None) == (self.app_id is None):
            raise ValueError("name url_env (a custom robot), or app_id and chat_id (an app)")
        if (self.app_id is None) != (self.chat_id is None):
            raise ValueError("app_id and chat_id go together")
        return self

    @property
    def address_env(self) -> str:
        """The variable with the robot's address; empty for an app."""
        return self.url_env or ""
