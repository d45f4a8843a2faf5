"""What runs in Lambda: observability, bootstrap, the way in. Only here and in `functions/` is Powertools known."""
