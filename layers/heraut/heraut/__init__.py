"""Héraut: hands-off publishing, listening and drawing for community managers."""

import zoneinfo

# The layer's own pinned zone data, nowhere the system's: it differs from one machine to the next. Without folders to
# look into, zoneinfo reads the `tzdata` package.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
