"""One module per way to reach a person; `base` says what is said."""
