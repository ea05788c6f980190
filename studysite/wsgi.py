"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
application = get_wsgi_application()
# The pages bring the numerics and the drawing along, some seconds on a slow machine: before the
# first visitor, not in front of them.
get_resolver().url_patterns  # noqa: B018
# By name: it needs the models, which get_wsgi_application has loaded.
import_string("studysite.core.audit.readiness.refuse_without_trail")()
