"""The web application for an ASGI server."""

import os

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
application = get_asgi_application()
# By name: it needs the models, which the line above has loaded.
import_string("studysite.core.audit.readiness.refuse_without_trail")()
