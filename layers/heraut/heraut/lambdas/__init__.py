"""What runs in Lambda: observability, bootstrap, the way in. Only here and in `functions/` is Powertools known.

Handlers import this room first (ruff's `force-to-top`): while a function loads, nothing it makes is garbage, and
looking for some is a tenth of its start. `entry.function` turns the collector on again once the world is built.
Elsewhere (tests, benches) nobody would, so there it is left alone.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()
