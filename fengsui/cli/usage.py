"""What was typed wrongly, said in the reader's language, with what was probably meant."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from fengsui.cli.language import spoken, tell

_CHOICE: Final = re.compile(r"(?:Value error, )?(.*) is not one of (.*)\.", re.DOTALL)
_EXTRA: Final = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)


def did_you_mean(typed: str, known: Sequence[str]) -> str:
    """Return a question with the nearest of the `known` names, nothing where none is near."""
    near = get_close_matches(typed, known)
    return tell("usage.did_you_mean", names=", ".join(near)) if near else ""


def printed(text: str) -> str:
    """Return what was typed without signs that do not show."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def describe(error: Any) -> str:
    """Return the lines that tell a person what was typed wrongly, and where help is."""
    lines = [tell("usage.wrong", message=_message(error))]
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        lines.append(tell("usage.try_help", command=ctx.command_path))
    return "\n".join(lines)


def _message(error: Any) -> str:
    # The parser's own classes are no part of what the library offers; their names are stable.
    special = _SPECIAL.get(type(error).__name__)
    if special is not None:
        return special(error)
    if isinstance(error, typer.BadParameter):
        return _bad_value(error)
    if extra := _EXTRA.fullmatch(error.message):
        return tell("usage.too_many", words=extra[1])
    if error.message == "Missing command.":
        return tell("usage.missing_command")
    return str(error.message)


def _no_option(error: Any) -> str:
    typed = printed(error.option_name)
    known = [] if error.ctx is None else error.ctx.command.get_params(error.ctx)
    near = did_you_mean(typed, [name for param in known for name in param.opts])
    return tell("usage.no_option", name=typed) + near


def _bad_option(error: Any) -> str:
    key = "no_value" if "does not take" in error.message else "needs_value"
    return tell(f"usage.{key}", name=error.option_name)


def _missing(error: Any) -> str:
    return tell(f"usage.missing_{error.param.param_type_name}", name=_name(error))


_SPECIAL: Final[Mapping[str, Callable[[Any], str]]] = {
    "NoSuchOption": _no_option,
    "BadOptionUsage": _bad_option,
    "MissingParameter": _missing,
}


def _bad_value(error: Any) -> str:
    message = _expected(error)
    if error.param is None:
        return message
    return tell("usage.bad_value", name=_name(error), message=message)


def _expected(error: Any) -> str:
    """Return what was expected of a value; the library's own reason stands behind its error."""
    reason = error.__cause__
    if choice := _CHOICE.fullmatch(error.message):
        return tell("usage.not_one_of", value=choice[1], known=choice[2])
    if not hasattr(reason, "errors"):
        return str(error.message)
    from fengsui.wording.faults import fault_text  # noqa: PLC0415  only an error needs it

    (first, *_) = reason.errors(include_url=False, include_input=False)
    return fault_text(spoken(), first)


def _name(error: Any) -> str:
    param = error.param
    return param.opts[0] if param.param_type_name == "option" else str(param.display_name_raw)
