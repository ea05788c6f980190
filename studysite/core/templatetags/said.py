"""Kept sentences on a page."""

from __future__ import annotations

from django import template

from studysite.core.said import say

register = template.Library()
register.filter("say", say)
