"""Tests of `fengsui_airflow.local`."""
