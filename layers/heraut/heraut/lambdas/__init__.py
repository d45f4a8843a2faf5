"""What runs in Lambda: observability, bootstrap, the way in. Only here and in `functions/` is Powertools known.

Handlers import this room first (ruff's `force-to-top`): while a function loads, nothing it makes is garbage, and
looking for some is a tenth of its start. `entry.function` turns the collector on again once the world is built.
"""

import gc

gc.disable()
