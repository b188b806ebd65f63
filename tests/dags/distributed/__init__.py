"""Airflow with PostgreSQL, Redis and two workers."""
