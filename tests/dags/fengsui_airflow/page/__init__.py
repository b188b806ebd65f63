"""Tests of `fengsui_airflow.page`."""
