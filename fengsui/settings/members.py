"""The people of a team: who they are in each channel, and what they may do."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Id = Annotated[str, Field(min_length=1, max_length=128)]


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class MemberSettings(BaseModel):
    """A person: the name in the log, the role, and the ids by which channels know the person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s:/@]+( [^\s:/@]+)*$")]
    role: Role = Role.AGENT
    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,40}$")] | None = Field(
        default=None, description="the id of the Slack user, such as U024BE7LH"
    )
    feishu: _Id | None = Field(default=None, description="the open_id of the Feishu user")
    dingtalk: _Id | None = Field(default=None, description="the userid of the DingTalk user")
    email: Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")] | None = None
    phone_webhook: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = Field(
        default=None,
        description="the environment variable with the address that calls the person up",
    )
    login: Annotated[str, Field(pattern=r"^\$argon2id\$[\x21-\x7e]{20,300}$")] | None = Field(
        default=None,
        repr=False,
        description="what `fengsui serve --hash-password` makes of the password for the page",
    )
