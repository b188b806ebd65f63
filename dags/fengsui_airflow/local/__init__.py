"""Airflow on one machine: its processes, and `make airflow`."""
