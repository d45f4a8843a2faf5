"""What runs in Lambda: observability, bootstrap, the way in. The only room (with `functions/`) that knows Powertools."""
