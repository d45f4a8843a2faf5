"""Logs: one logger for every function."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers


def logger() -> Logger:
    """Make the function's logger; the rooms' own loggers (`heraut.*`) write through it."""
    made = Logger(service="heraut", use_rfc3339=True, log_uncaught_exceptions=True)
    copy_config_to_registered_loggers(source_logger=made, include={"heraut"})
    return made
