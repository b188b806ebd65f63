"""Tests of `dashboards.kibana`."""
