"""A small fixed cast: one person a role, two sites."""

from __future__ import annotations
