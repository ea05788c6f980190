#!/bin/sh
# After each update, as the owner of the databases: tables, triggers, rights, static files.
set -eu
for database in default vault; do
    python manage.py migrate --no-input --database "$database"
    python manage.py audit_roles --database "$database" --apply
done
python manage.py collectstatic --no-input
