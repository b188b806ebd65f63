"""Tests of fengsui_airflow.metrics."""
