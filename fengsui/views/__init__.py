"""What the page, and Airflow's view of it, show: read from the stores, in the readers' words."""
