"""The tables of other tools: which column stands for which field of a post."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from listeners.formats.format import Format
from listeners.formats.tables.mapping import NEEDED, Profile
from records import PostKind

FieldName = Literal[
    "text", "title", "time", "url", "id", "author", "author_name", "platform", "reposts",
    "comments", "likes", "followers", "region", "clock", "kind", "quoted",
]  # fmt: skip
Column = Annotated[str, Field(min_length=1, max_length=200)]


class ProfileSettings(BaseModel):
    """A table by the names of its columns; `source` where no address says whose posts they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    columns: dict[FieldName, Column]
    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")] = "table"
    kind: Literal["post", "comment", "complaint", "headline"] = "post"

    @model_validator(mode="after")
    def _has_what_a_post_needs(self) -> Self:
        if not set(NEEDED) <= self.columns.keys():
            raise ValueError("a profile names the columns of text and of time")
        return self

    def format(self) -> Format:
        """Return the format of such tables."""
        columns = {str(name): (column,) for name, column in self.columns.items()}
        return Profile(self.name, columns, self.source, PostKind(self.kind)).format()
