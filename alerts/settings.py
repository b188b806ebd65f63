"""Who gets which messages: the receivers and the routes that lead to them."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from rich.console import Console

from alerts.notify.dingtalk.settings import DingTalkReceiver
from alerts.notify.email.settings import EmailReceiver
from alerts.notify.feishu.settings import FeishuReceiver
from alerts.notify.slack.settings import SlackReceiver
from alerts.notify.terminal import TerminalNotifier, TerminalReceiver
from alerts.notify.webhook.settings import WebhookReceiver
from alerts.notify.wecom.settings import WeComReceiver
from records import Level

if TYPE_CHECKING:
    from alerts.notify.email.notifier import EmailNotifier
    from alerts.notify.feishu.app import FeishuApp
    from alerts.notify.robot import GroupRobot
    from alerts.notify.slack.notifier import SlackNotifier
    from alerts.notify.webhook.notifier import WebhookNotifier

__all__ = [
    "ChildRoute",
    "DingTalkReceiver",
    "EmailReceiver",
    "FeishuReceiver",
    "ReceiverSettings",
    "RouteSettings",
    "SlackReceiver",
    "TerminalReceiver",
    "WeComReceiver",
    "WebhookReceiver",
    "every_route",
    "notifier_of",
    "routes_of_unnamed",
]

# Distinguished by `kind`: Annotated[ReceiverSettings, Field(discriminator="kind")].
ReceiverSettings = (
    TerminalReceiver
    | SlackReceiver
    | FeishuReceiver
    | DingTalkReceiver
    | WeComReceiver
    | EmailReceiver
    | WebhookReceiver
)

_LEVELS = {
    **{level.name.lower(): level for level in Level},
    **dict(zip("蓝黄橙红", Level, strict=True)),
}


def level_of(value: Any) -> Any:
    """Return the level of a name in either language, anything that is no text as it is.

    Raises:
        ValueError: there is no such level.
    """
    if not isinstance(value, str):
        return value
    level = _LEVELS.get(value.strip().lower().removesuffix("色"))
    if level is None:
        raise ValueError("a level is one of blue, yellow, orange, red (蓝, 黄, 橙, 红)")
    return level


NamedLevel = Annotated[
    Level,
    BeforeValidator(level_of),
    PlainSerializer(lambda level: level.name.lower(), return_type=str),
]


class ChildRoute(BaseModel):
    """A route below another: it takes what the one above takes and what it asks for itself.

    What is empty asks for nothing. `topics` are words of the story, `categories` kinds of
    complaint, `regions` where its posts say they come from; `min_level` is the least of the levels
    that are worth a message. Without receivers it has those of the route above. Without `continue`
    the routes after it, under the same one, are not asked any more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str = ""
    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    min_level: NamedLevel = Level.BLUE
    receivers: tuple[str, ...] = ()
    goes_on: bool = Field(default=True, alias="continue")
    escalation: str = ""
    group_by: Literal["", "brand", "category", "all"] = ""
    group_minutes: int = Field(default=5, ge=1, le=1440)
    routes: tuple["ChildRoute", ...] = ()

    @property
    def asks_for_story(self) -> bool:
        """Whether it asks for more than a brand and a level."""
        return bool(self.sources or self.topics or self.categories or self.regions)


class RouteSettings(ChildRoute):
    """Which incidents go to which receivers.

    No `brands` means every brand. Where `routes` below it take an incident, those alone send it.
    """

    receivers: tuple[str, ...] = Field(min_length=1)


def every_route(routes: Sequence[ChildRoute]) -> Iterator[ChildRoute]:
    """Yield the routes and all that lie below them."""
    for route in routes:
        yield route
        yield from every_route(route.routes)


def routes_of_unnamed(
    routes: Sequence[RouteSettings],
    receivers: Sequence[ReceiverSettings],
    stepped: Collection[str] = (),
) -> Iterator[RouteSettings]:
    """Yield a route for every receiver that none of `routes` names: it gets everything.

    Not so those of `stepped`: a step of an escalation leads to them.
    """
    named = {name for route in every_route(routes) for name in route.receivers} | set(stepped)
    for receiver in receivers:
        if receiver.name not in named:
            yield RouteSettings(receivers=(receiver.name,))


def notifier_of(
    settings: ReceiverSettings, console: Console
) -> "TerminalNotifier | SlackNotifier | FeishuApp | GroupRobot | EmailNotifier | WebhookNotifier":
    """Return the notifier that `settings` describe; terminals print on `console`.

    Nothing is reached and no secret is read yet. Only the client that is asked for is loaded.
    """
    match settings:
        case TerminalReceiver():
            return TerminalNotifier(settings.name, console, settings.language)
        case SlackReceiver():
            from alerts.notify.slack.notifier import SlackNotifier

            return SlackNotifier(settings)
        case EmailReceiver():
            from alerts.notify.email.notifier import EmailNotifier

            return EmailNotifier(settings)
        case WebhookReceiver():
            from alerts.notify.webhook.notifier import WebhookNotifier

            return WebhookNotifier(settings)
        case FeishuReceiver() | DingTalkReceiver() | WeComReceiver():
            return _chat(settings)


def _chat(settings: FeishuReceiver | DingTalkReceiver | WeComReceiver) -> "FeishuApp | GroupRobot":
    match settings:
        case DingTalkReceiver():
            from alerts.notify.dingtalk.notifier import dingtalk

            return dingtalk(settings)
        case WeComReceiver():
            from alerts.notify.wecom.notifier import wecom

            return wecom(settings)
        case FeishuReceiver() if settings.app_id is not None:
            from alerts.notify.feishu.app import FeishuApp

            return FeishuApp(settings)
        case FeishuReceiver():
            from alerts.notify.feishu.robot import feishu_robot

            return feishu_robot(settings)
