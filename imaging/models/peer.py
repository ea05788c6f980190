"""DICOM nodes that this study knows: scanners, archives, and who answers for them."""

from __future__ import annotations

from django.db import models

from studysite.core.models import Site


class Peer(models.Model):
    """A node that may send scans here. It is known by its title and by where it calls from. One
    with a host and a port takes scans from here as well."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="peers")
    name = models.CharField(max_length=80)
    ae_title = models.CharField(max_length=16, unique=True)
    # An address or a network, as `ipaddress` reads it.
    network = models.CharField(max_length=49)
    host = models.CharField(max_length=253, blank=True, default="")
    port = models.PositiveIntegerField(null=True)
    tls = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["ae_title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(host="", port__isnull=True)
                | (~models.Q(host="") & models.Q(port__gte=1, port__lte=65535)),
                name="a_node_that_takes_scans_has_host_and_port",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.ae_title})"

    @property
    def takes_scans(self) -> bool:
        """Whether scans can be sent there."""
        return self.is_active and bool(self.host)
