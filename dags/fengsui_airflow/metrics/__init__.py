"""The figures of the stores as metrics of Airflow."""
