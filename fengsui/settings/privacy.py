"""What is kept of people, and for how long."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Detection looks back so many days, and copies a little further.
LEAST_DAYS = 35


class PrivacySettings(BaseModel):
    """How authors become pseudonyms, and when what people wrote leaves.

    `key_env` names the environment variable with the key of the pseudonyms; where it is empty a key
    is made once, in a file that only its owner can read. Programs that share a store share the key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pseudonyms: bool = Field(
        default=True, description="authors are kept as keyed hashes, their names masked"
    )
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] = "FENGSUI_AUTHOR_KEY"
    text_days: int = Field(
        default=90, ge=0, description="after so many days posts leave and counts stay; 0 keeps all"
    )

    @property
    def days(self) -> int:
        """For how many days posts are kept, 0 for ever; never fewer than detection needs."""
        return max(self.text_days, LEAST_DAYS) if self.text_days else 0
