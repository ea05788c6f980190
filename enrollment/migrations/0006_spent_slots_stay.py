"""The database itself refuses to change or drop the allocation list and its spent slots."""

from django.db import migrations

TABLES = ("enrollment_allocationlist", "enrollment_allocationslot")
SENTENCE = "The allocation list and its spent slots are never changed."


def install(apps, schema_editor):
    if schema_editor.connection.alias != "default":
        return
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.alias != "default":
        return
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for act in ("update", "delete"):
            on = f" ON {table}" if postgres else ""
            schema_editor.execute(f"DROP TRIGGER {table}_no_{act}{on}")
    if postgres:
        schema_editor.execute("DROP FUNCTION enrollment_allocation_stays()")


def _statements(vendor):
    if vendor == "postgresql":
        yield (
            "CREATE FUNCTION enrollment_allocation_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in TABLES:
        for act in ("update", "delete"):
            head = f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            if vendor == "postgresql":
                yield f"{head} FOR EACH ROW EXECUTE FUNCTION enrollment_allocation_stays()"
            else:
                yield f"{head} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"


class Migration(migrations.Migration):

    dependencies = [
        ('enrollment', '0005_allocation'),
    ]

    operations = [migrations.RunPython(install, remove)]
