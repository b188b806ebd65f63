"""Where Elasticsearch is, and how its indices are made."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

Variable: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)]


class ElasticsearchSettings(BaseModel):
    """The servers, how to be let in, and the shape of the indices.

    `api_key_env`, `username_env` and `password_env` name environment variables: no secret stands
    in the settings. A key goes before a user and password; without either the server is asked
    without credentials. `ca_certs` is the file of the authority that signed the server's
    certificate. `prefix` begins the name of every index, template and alias. `retention_months`
    keeps so many whole months besides the present one, 0 keeps all. `patience_seconds` is how long
    a write goes on trying while the server is away. Servers of release 8 want `compatible_with` 8,
    which later ones take as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    urls: Annotated[tuple[str, ...], Field(min_length=1)] = ("http://127.0.0.1:9200",)
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")] = "fengsui"
    ca_certs: Path | None = None
    api_key_env: Variable = "ELASTICSEARCH_API_KEY"
    username_env: Variable = "ELASTICSEARCH_USERNAME"
    password_env: Variable = "ELASTICSEARCH_PASSWORD"  # noqa: S105 - the name of a variable
    shards: Annotated[int, Field(ge=1, le=64)] = 1
    replicas: Annotated[int, Field(ge=0, le=8)] = 1
    retention_months: Annotated[int, Field(ge=0, le=1_200)] = 0
    request_timeout_seconds: Seconds = 30
    patience_seconds: Seconds = 120
    ilm: bool = False
    compatible_with: Literal[8, 9] = 9

    @field_validator("urls")
    @classmethod
    def _are_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("an address begins with https:// or http:// and names a host")
            if parts.username or parts.password:
                raise ValueError(
                    "an address holds no user and no password; use api_key_env, or username_env "
                    "and password_env"
                )
        return urls

    @model_validator(mode="after")
    def _certificates_need_encryption(self) -> Self:
        if self.ca_certs and not any(url.startswith("https://") for url in self.urls):
            raise ValueError("ca_certs is for addresses that begin with https://")
        return self

    @property
    def leaves_the_machine(self) -> bool:
        """Whether an address is another machine's and not encrypted."""
        parts = (urlsplit(url) for url in self.urls)
        return any(part.scheme == "http" and part.hostname not in OWN_HOSTS for part in parts)


class Credentials(BaseModel):
    """What the environment holds for the server; nothing of it is ever shown."""

    model_config = ConfigDict(frozen=True)

    api_key: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None

    @classmethod
    def read(
        cls, settings: ElasticsearchSettings, environment: Mapping[str, str] | None = None
    ) -> Self:
        """Return what the variables that `settings` names hold (in `environment`).

        Raises:
            ValueError: there is a user without a password or a password without a user, or a
                credential would leave the machine unencrypted.
        """
        held = os.environ if environment is None else environment
        key, user, password = (
            held.get(name, "").strip() or None
            for name in (settings.api_key_env, settings.username_env, settings.password_env)
        )
        if key:
            user = password = None
        elif (user is None) != (password is None):
            raise ValueError(
                f"{settings.username_env} and {settings.password_env} go together; one is empty"
            )
        if (key or user) and settings.leaves_the_machine:
            raise ValueError("a credential is sent over https:// only")
        return cls(
            api_key=SecretStr(key) if key else None,
            username=user,
            password=SecretStr(password) if password else None,
        )
