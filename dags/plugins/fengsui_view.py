"""Puts fengsui's page into Airflow's navigation."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from fengsui_airflow.page.app import PREFIX, app


class FengsuiView(AirflowPlugin):
    """Brands now, incidents and coverage, for those who may read the DAG that finds them."""

    name = "fengsui_view"
    fastapi_apps: list[Any] = [{"app": app, "url_prefix": PREFIX, "name": "fengsui"}]  # noqa: RUF012 - Airflow takes plain lists
    external_views: list[Any] = [  # noqa: RUF012 - the same
        {
            "name": "烽燧 fengsui",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "fengsui",
        }
    ]
