"""Tests of `dashboards.kibana.sync`."""
