from django.db import migrations, models
import django.utils.timezone

from studysite.core.signing import seal_of


def seal_what_was_signed(apps, schema_editor):
    """Signatures that were given before there were seals."""
    for signature in apps.get_model("core", "Signature").objects.select_related("by"):
        signature.seal = seal_of(signature)
        signature.save(update_fields=["seal"])


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_signatures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="signature",
            name="seal",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(seal_what_was_signed, migrations.RunPython.noop),
    ]
