"""The morning point: what a brand's people may want to know before the day begins, once, in one message."""
