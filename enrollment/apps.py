from django.apps import AppConfig
from django.utils.module_loading import import_string


class EnrollmentConfig(AppConfig):
    name = "enrollment"

    def ready(self) -> None:
        """Nothing of the study starts on a protocol that cannot be used."""
        # By name, because it needs the models, which are not there when this file is read.
        import_string("enrollment.protocol.loader.refuse_unusable")()
