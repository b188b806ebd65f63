"""What a user decides about e-mail; reading it loads no SMTP client."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.notify.secret_env import VariableName
from records.language import Language

PORTS = {"tls": 465, "starttls": 587}

Address = Annotated[str, Field(pattern=r"^[\x21-\x7e]+@[A-Za-z0-9.-]+$", max_length=254)]


class EmailReceiver(BaseModel):
    """A receiver that sends mail over an encrypted connection.

    `security` is "tls" (from the first byte, port 465) or "starttls" (port 587); nothing is sent
    without. `password_env` names the environment variable with the password; without `username`
    nobody logs in. `ca_certs` is the authority of a mail server of one's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["email"] = "email"
    name: str
    host: str = Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")
    security: Literal["tls", "starttls"] = "tls"
    port: int | None = Field(default=None, ge=1, le=65535)
    sender: Address
    recipients: tuple[Address, ...] = Field(min_length=1, max_length=50)
    username: str | None = None
    password_env: VariableName = "SMTP_PASSWORD"  # noqa: S105 - the name of a variable
    ca_certs: Path | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    language: Language = "zh"

    @property
    def connects_to(self) -> int:
        """The port: the given one, or that of the kind of security."""
        return self.port or PORTS[self.security]
