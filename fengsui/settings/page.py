"""Where the page is, and what of it may be seen without a login."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PageSettings(BaseModel):
    """The page that people open from an alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: (
        Annotated[
            str,
            Field(
                pattern=r"^https?://[A-Za-z0-9._\[\]:-]{1,200}(/[A-Za-z0-9._~/-]{0,200})?$",
                description="the address of the page as people reach it: alerts link to it",
            ),
        ]
        | None
    ) = None
    share_days: float = Field(
        default=3, gt=0, le=30, description="how long a link to one incident works without login"
    )
