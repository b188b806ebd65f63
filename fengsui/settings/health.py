"""How others learn that the program works, or has fallen silent."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class HealthSettings(BaseModel):
    """The dead man's switch: who calls for help when `fengsui run` falls silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The address is a secret: who knows it can say that all is well.
    ping_url_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = Field(
        default=None, description="names the variable with the address that is called each turn"
    )
    ping_seconds: float = Field(
        default=60, ge=1, le=86_400, description="the address is called at most so often"
    )
