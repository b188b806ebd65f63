"""The dashboards in Kibana: written there, compared, and what was written remembered."""
