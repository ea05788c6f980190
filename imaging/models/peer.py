"""DICOM nodes that this study knows: scanners, archives, and who answers for them."""

from __future__ import annotations

from django.db import models

from studysite.core.models import Site


class Peer(models.Model):
    """A node that may send scans here. It is known by its title and by where it calls from."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="peers")
    name = models.CharField(max_length=80)
    ae_title = models.CharField(max_length=16, unique=True)
    # An address or a network, as `ipaddress` reads it.
    network = models.CharField(max_length=49)
    is_active = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["ae_title"]

    def __str__(self) -> str:
        return f"{self.name} ({self.ae_title})"
