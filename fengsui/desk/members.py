"""Who acts, and what each role may do."""

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fengsui.desk.rules import fault_of
from fengsui.settings.members import MemberSettings, Role
from records import Action, ActionKind, Via

# The actor of what the program does itself when a time has come; no member can be called so.
CLOCK: Final = "fengsui:clock"
# The actor who works on the machine itself, where the settings name no members.
LOGIN: Final = "命令行:"
VARIABLE: Final = "FENGSUI_MEMBER"
# Characters of a key.
LONGEST_KEY: Final = 200

_AGENT: Final = frozenset(
    {
        ActionKind.CLAIM,
        ActionKind.UNCLAIM,
        ActionKind.ASSIGN,
        ActionKind.NOTE,
        ActionKind.RESOLVE,
        ActionKind.REOPEN,
        ActionKind.FALSE_ALARM,
        ActionKind.NOT_US,
        ActionKind.SEVERITY,
        ActionKind.CATEGORY,
        ActionKind.DRAFT,
        ActionKind.ANSWERED,
        ActionKind.NOT_NEGATIVE,
        ActionKind.SPAM,
    }
)
_LEAD: Final = _AGENT | {
    ActionKind.LEVEL,
    ActionKind.MERGE,
    ActionKind.SPLIT,
    ActionKind.SILENCE,
    ActionKind.UNSILENCE,
    ActionKind.APPROVE,
    ActionKind.REMIND,
    ActionKind.ESCALATE,
}
ALLOWED: Final[Mapping[Role, frozenset[ActionKind]]] = {
    Role.VIEWER: frozenset(),
    Role.AGENT: _AGENT,
    Role.LEAD: _LEAD,
    Role.ADMIN: frozenset(ActionKind),
}
# What the program does by itself.
BY_CLOCK: Final = frozenset(
    {ActionKind.ESCALATE, ActionKind.REMIND, ActionKind.UNCLAIM, ActionKind.REOPEN}
)


class Members:
    """The members of the settings, found by name and by the ids of the channels."""

    def __init__(self, members: Sequence[MemberSettings]) -> None:
        self._by_name = {member.name: member for member in members}

    def __iter__(self) -> Iterator[MemberSettings]:
        return iter(self._by_name.values())

    def named(self, name: str) -> MemberSettings | None:
        """Return the member of that name, or whose name begins so where it is the only one."""
        if found := self._by_name.get(name):
            return found
        near = [member for member in self if name and member.name.startswith(name)]
        return near[0] if len(near) == 1 else None

    def of_channel(self, via: Via, identity: str) -> MemberSettings | None:
        """Return the member whom a channel knows by `identity`, None where it is a stranger."""
        field = {Via.SLACK: "slack", Via.FEISHU: "feishu", Via.DINGTALK: "dingtalk"}.get(via)
        if field is None or not identity:
            return None
        return next((member for member in self if getattr(member, field) == identity), None)

    def role_of(self, actor: str) -> Role:
        """Return the role of an actor; a stranger may only look.

        Where the settings name no members, a person who has the machine may do everything.
        """
        if (member := self._by_name.get(actor)) is not None:
            return member.role
        is_alone = not self._by_name and actor.startswith(LOGIN)
        return Role.ADMIN if is_alone else Role.VIEWER

    def may(self, action: Action) -> bool:
        """Say whether the actor may do what the action does."""
        if action.via is Via.CLOCK or action.actor == CLOCK:
            both = action.via is Via.CLOCK and action.actor == CLOCK
            return both and action.kind in BY_CLOCK
        return action.kind in ALLOWED[self.role_of(action.actor)]

    def at_terminal(self, given: str | None = None) -> str:
        """Return who acts at the command line: as given, by environment, or the sole admin."""
        name = given or os.environ.get(VARIABLE, "").strip()
        if name:
            member = self.named(name)
            return member.name if member else name
        admins = [member.name for member in self if member.role is Role.ADMIN]
        return admins[0] if len(admins) == 1 else f"{LOGIN}{login()}"


def refusal_of(action: Action, members: Members) -> str:
    """Return why an action can never be done, or not by its actor; nothing where it may be."""
    if not 0 < len(action.key) <= LONGEST_KEY:
        return "bad_key"
    if reason := fault_of(action):
        return reason
    return "" if members.may(action) else "not_allowed"


def login() -> str:
    """Return the name of the login, for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for its user
        return f"uid {os.getuid()}"
