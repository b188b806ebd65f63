"""The manifest in docs: what people paste gives the app what it uses, and no more."""

from pathlib import Path

import yaml

from fengsui.desk.slack.commands import COMMAND

MANIFEST = Path(__file__).parents[4] / "docs" / "slack-app.yaml"


def test_manifest_has_what_the_app_uses() -> None:
    """The command, interactivity, the home and Socket Mode are on; the scopes are those named."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    (command,) = manifest["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == (COMMAND, True)
    settings = manifest["settings"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    assert scopes == {"channels:history", "chat:write", "commands", "files:write", "im:write"}
