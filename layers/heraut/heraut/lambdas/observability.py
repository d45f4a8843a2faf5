"""Logs: one logger for every function."""

from __future__ import annotations

from aws_lambda_powertools import Logger


def logger() -> Logger:
    """Make the function's logger; the rooms' own loggers (`heraut.*`) are its children."""
    return Logger(service="heraut", use_rfc3339=True, log_uncaught_exceptions=True)
