"""A replay in a process of its own, to be killed: STATE FILE SLACK_URL."""

import os
import sys
from pathlib import Path

from alerts.settings import RouteSettings, SlackReceiver
from fengsui.pipeline.replay import replay
from fengsui.services import Services
from tests.alerts.notify.slack_server import CHANNEL
from tests.fengsui.stories import settings

# Where it is set, the ledger is at the address in it.
LEDGER = "FENGSUI_LEDGER_URL"


def main() -> None:
    """Replay FILE into STATE, alerts to the Slack server at SLACK_URL."""
    state, file, url = sys.argv[1:4]
    receiver = SlackReceiver(
        kind="slack", name="pr", channel=CHANNEL, token_env="SLACK_BOT_TOKEN", base_url=url
    )
    made = settings(
        Path(state),
        receivers=(receiver,),
        routes=(RouteSettings(receivers=("pr",)),),
        ledger_url_env=LEDGER if os.environ.get(LEDGER) else None,
    )
    with Services(made) as services:
        replay(services, [Path(file)])


if __name__ == "__main__":
    main()
