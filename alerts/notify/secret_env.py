"""Secrets, read from the environment when they are needed."""

import os
import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from alerts.notify.protocol import NotifyError

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def _variable(name: str) -> str:
    # What stands here may be the secret itself: it is not repeated.
    if not _NAME.fullmatch(name):
        raise ValueError(
            "the name of an environment variable belongs here, not the secret or the address itself"
        )
    return name


VariableName = Annotated[str, AfterValidator(_variable)]


def secret_of(variable: str) -> SecretStr:
    """Return the secret that the environment variable holds.

    Raises:
        NotifyError: it is not set, or holds what cannot stand in a header or an address. The text
            names the variable, never its value.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise NotifyError(f"the environment variable {variable} is not set", retry=False)
    if not _PRINTABLE.fullmatch(value):
        raise NotifyError(f"{variable} holds spaces or other unprintable characters", retry=False)
    return SecretStr(value)
