"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: how long an example takes is the machine's doing. In CI the examples are always the same ones.
settings.register_profile("heraut", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("heraut")
