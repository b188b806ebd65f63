#!/bin/bash
# Makes a user and a database each for fengsui's ledger and for Airflow, when the server starts for
# the first time.
set -euo pipefail
for name in fengsui airflow; do
    variable="${name^^}_DATABASE_PASSWORD"
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
        --set name="$name" --set password="${!variable}" <<'END'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
END
done
