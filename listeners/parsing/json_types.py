"""Types for JSON from elsewhere: a value of another type than expected is seen, never fatal."""

from typing import Any, TypeAlias

# Joined to the Struct that is expected, this makes a decoder accept every JSON value.
Odd: TypeAlias = list[Any] | str | int | float | bool | None
