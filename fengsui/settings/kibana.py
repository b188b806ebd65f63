"""Where Kibana is, and which of its spaces the dashboards go to."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class KibanaSettings(BaseModel):
    """A Kibana, one of its spaces, and how to be let in.

    `api_key_env` names the environment variable with an API key: no secret stands in the settings.
    `ca_certs` is the file of the authority that signed the server's certificate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = "http://127.0.0.1:5601"
    space: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,100}$")] = "default"
    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] = "KIBANA_API_KEY"
    ca_certs: Path | None = None
    request_timeout_seconds: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 60

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address begins with https:// or http:// and names a host")
        if parts.username or parts.password:
            raise ValueError("an address holds no user and no password; use api_key_env")
        if parts.query or parts.fragment:
            raise ValueError("an address ends with its path")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _certificates_need_encryption(self) -> Self:
        if self.ca_certs and not self.url.startswith("https://"):
            raise ValueError("ca_certs is for an address that begins with https://")
        return self

    @property
    def leaves_the_machine(self) -> bool:
        """Whether the address is another machine's and not encrypted."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.hostname not in OWN_HOSTS
