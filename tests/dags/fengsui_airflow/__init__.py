"""Tests of `fengsui_airflow`."""
