"""The page in Airflow's navigation: brands now, incidents, coverage."""
