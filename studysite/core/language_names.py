"""The site's languages by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LANGUAGE_NAMES = {"zh-hans": _("Chinese"), "en": _("English")}
