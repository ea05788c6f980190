"""Who a participant is: ciphertext, in the vault's own database."""

from __future__ import annotations

from django.db import models


class Identity(models.Model):
    """One participant's identity, sealed with a key of its own that the master key wraps."""

    number = models.CharField(max_length=16, unique=True)
    # Null once erased, so that erased rows do not collide.
    hospital_number_mac = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    wrapped_key = models.BinaryField(null=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.number
