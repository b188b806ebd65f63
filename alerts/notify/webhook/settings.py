"""What a user decides about a webhook; reading it loads no HTTP client."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from alerts.notify.secret_env import VariableName
from records.language import Language


class WebhookReceiver(BaseModel):
    """A receiver that posts JSON.

    The address is a secret, since it often holds a token: `url_env` names the environment variable
    with it, or `url` is given by a program. `secret_env` names the variable with the key that signs
    the body.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["webhook"] = "webhook"
    name: str
    url_env: VariableName | None = None
    url: SecretStr | None = None
    secret_env: VariableName | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    language: Language = "zh"

    @model_validator(mode="after")
    def _one_address(self) -> "WebhookReceiver":
        if (self.url is None) == (self.url_env is None):
            raise ValueError("name the variable with the address: url_env")
        return self
