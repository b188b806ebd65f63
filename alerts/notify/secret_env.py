"""Secrets, read from the environment when they are needed."""

import os
import re

from pydantic import SecretStr

from alerts.notify.protocol import NotifyError

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


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
