"""The embedded stack: the real template on this machine."""
