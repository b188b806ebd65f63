"""What the DAG files share: defaults, pools, connections, callbacks and the trigger.

Airflow puts `dags/` on the path of its parsers and of the workers. The triggerer imports a trigger
by its name alone, so `dags/` must stand in PYTHONPATH there; docs/airflow.md says how.
"""
