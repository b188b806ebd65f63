"""Who gets which messages: the receivers and the routes that lead to them."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from rich.console import Console

from alerts.notify.slack.settings import SlackReceiver
from alerts.notify.terminal import TerminalNotifier, TerminalReceiver
from alerts.notify.webhook.settings import WebhookReceiver
from records import Level

if TYPE_CHECKING:
    from alerts.notify.slack.notifier import SlackNotifier
    from alerts.notify.webhook.notifier import WebhookNotifier

__all__ = [
    "ReceiverSettings",
    "RouteSettings",
    "SlackReceiver",
    "TerminalReceiver",
    "WebhookReceiver",
    "notifier_of",
]

# Distinguished by `kind`: Annotated[ReceiverSettings, Field(discriminator="kind")].
ReceiverSettings = TerminalReceiver | SlackReceiver | WebhookReceiver

_LEVELS = {
    **{level.name.lower(): level for level in Level},
    **dict(zip("蓝黄橙红", Level, strict=True)),
}


def _level_of(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    level = _LEVELS.get(value.strip().lower().removesuffix("色"))
    if level is None:
        raise ValueError("a level is one of blue, yellow, orange, red (蓝, 黄, 橙, 红)")
    return level


NamedLevel = Annotated[
    Level,
    BeforeValidator(_level_of),
    PlainSerializer(lambda level: level.name.lower(), return_type=str),
]


class RouteSettings(BaseModel):
    """Which incidents go to which receivers.

    No `brands` means every brand; `min_level` is the least of the levels that are worth a message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    brands: tuple[str, ...] = ()
    min_level: NamedLevel = Level.BLUE
    receivers: tuple[str, ...] = Field(min_length=1)


def notifier_of(
    settings: ReceiverSettings, console: Console
) -> "TerminalNotifier | SlackNotifier | WebhookNotifier":
    """Return the notifier that `settings` describe; terminals print on `console`.

    Nothing is reached and no secret is read yet. Only the client that is asked for is loaded.
    """
    match settings:
        case TerminalReceiver():
            return TerminalNotifier(settings.name, console, settings.language)
        case SlackReceiver():
            from alerts.notify.slack.notifier import SlackNotifier

            return SlackNotifier(settings)
        case WebhookReceiver():
            from alerts.notify.webhook.notifier import WebhookNotifier

            return WebhookNotifier(settings)
