"""How fengsui describes itself to Airflow as a provider: the type of connection `fengsui`.

Airflow reads this in every one of its processes, through an entry point. It stands in the
application, so that it is found wherever fengsui is installed, and loads nothing: Airflow imports
the hook, which is part of the DAGs folder, when somebody opens the form of a connection.
"""

from importlib.metadata import version
from typing import Any, Final

CONNECTION_TYPE: Final = "fengsui"


def get_provider_info() -> dict[str, Any]:
    """Return the description that Airflow asks providers for."""
    return {
        "package-name": "fengsui",
        "name": "fengsui 烽燧",
        "description": "Brand crises from Chinese posts: collect, score, detect, alert.",
        "versions": [version("fengsui")],
        "connection-types": [
            {
                "connection-type": CONNECTION_TYPE,
                "hook-class-name": "fengsui_airflow.hook.FengsuiHook",
                "hook-name": "烽燧 fengsui",
            }
        ],
    }
