"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
application = get_wsgi_application()
# The pages bring the numerics and the drawing along, some seconds on a slow machine: before the
# first visitor, not in front of them.
get_resolver().url_patterns  # noqa: B018
