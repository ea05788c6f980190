"""For each of the house's rules, the smallest files that break it: `test_architecture.py` plants
them and sees that the rule finds them."""

from __future__ import annotations

from tests import architecture_rules as rules

RULES: list[tuple[rules.Rule, str, str]] = [
    (rules.vague_file_names, "enrollment/utils.py", ""),
    (rules.vague_file_names, "imaging/nerve/helpers/box.py", ""),
    (rules.imports_inside_functions, "enrollment/x.py", "def f():\n    import json\n"),
    (rules.signals, "reports/x.py", "from django.db.models.signals import post_save\n"),
    (rules.signals, "reports/x.py", "from django.dispatch import receiver\n"),
    (rules.signals, "reports/x.py", "from django.contrib.auth.signals import user_logged_in\n"),
    (rules.swallowed_exceptions, "imaging/x.py", "try: f()\nexcept Exception: g()\n"),
    (rules.swallowed_exceptions, "imaging/x.py", "try: f()\nexcept (OSError, Exception): g()\n"),
    (rules.swallowed_exceptions, "imaging/x.py", "try: f()\nexcept: g()\n"),
    (rules.long_files, "studysite/core/x.py", "x = 1\n" * 301),
    (rules.frameworks_in_pure_packages, "imaging/nerve/x.py", "from django.db import models\n"),
    (rules.frameworks_in_pure_packages, "imaging/dicom/x.py", "import imaging.models\n"),
    (rules.sentences_that_cannot_be_translated, "reports/x.py", 'about(row.number, "Signed")\n'),
    (rules.sentences_that_cannot_be_translated, "reports/x.py", "about(n, f'Signed by {by}')\n"),
    (rules.sentences_that_cannot_be_translated, "imaging/x.py", "held.progress(0.1, 'Reading')\n"),
    (rules.sentences_that_cannot_be_translated, "imaging/x.py", "said(f'Form {form}')\n"),
    (rules.sentences_that_cannot_be_translated, "imaging/x.py", "acting(by, 'x', detail='Made')\n"),
    (rules.sentences_that_cannot_be_translated, "imaging/nerve/x.py", "told('a' + name)\n"),
    (
        rules.services_that_are_not_acts,
        "enrollment/services.py",
        "@service(Action.ENROL)\ndef enrol(participant, *, by): ...\n",
    ),
    (
        rules.services_that_are_not_acts,
        "enrollment/services.py",
        "@service(Action.ENROL)\ndef enrol(*, participant): ...\n",
    ),
    (rules.writes_outside_services, "imaging/views_scan.py", "Scan.objects.create(x=1)\n"),
    (rules.writes_outside_services, "imaging/api.py", "def f(scan):\n    scan.save()\n"),
    (
        rules.writes_outside_services,
        "reports/management/commands/x.py",
        "Job.objects.filter(x=1).update(x=2)\n",
    ),
    (rules.generic_api_views, "imaging/api/x.py", "from rest_framework import viewsets\n"),
    (
        rules.generic_api_views,
        "imaging/api/x.py",
        "from rest_framework.serializers import ModelSerializer\n",
    ),
    (rules.migrations_that_cannot_be_undone, "imaging/migrations/0009_auto_20260101.py", ""),
    (
        rules.migrations_that_cannot_be_undone,
        "imaging/migrations/0009_seal_it.py",
        "operations = [migrations.RunPython(seal)]\n",
    ),
]
