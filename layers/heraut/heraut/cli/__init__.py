"""The `heraut` command."""
