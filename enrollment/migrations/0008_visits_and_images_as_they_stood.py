from django.db import migrations
from django.db.models import F

# The forms of each visit when visits did not say yet whether they are complete.
FORMS = {
    "screening": {"demographics", "mri_safety"},
    "baseline": {"severity"},
    "surgery": {"surgical_finding"},
    "month_3": {"severity"},
    "month_12": {"severity"},
}


def settle(apps, schema_editor):
    visits = apps.get_model("enrollment", "Visit").objects
    entries = apps.get_model("enrollment", "FormEntry").objects
    for visit in visits.filter(complete=False).iterator():
        done = entries.filter(
            participant=visit.participant_id, visit=visit.key, state="submitted"
        ).values_list("form", flat=True)
        awaited = visit.scans.filter(required=True, state__in=["expected", "repeat_asked"])
        if set(done) >= FORMS.get(visit.key, {""}) and not awaited.exists():
            visits.filter(pk=visit.pk).update(complete=True)
    leavings = apps.get_model("enrollment", "Withdrawal").objects
    leavings.exclude(images_may_stay=F("data_may_stay")).update(images_may_stay=F("data_may_stay"))


class Migration(migrations.Migration):
    """What was known before these columns were there."""

    dependencies = [("enrollment", "0007_definitions_and_repeats")]
    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
