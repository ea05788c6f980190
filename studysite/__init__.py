"""The Django project. Importing it makes the Celery app current, as Celery asks of Django sites."""

from studysite.celery import app as celery_app

__all__ = ["celery_app"]
