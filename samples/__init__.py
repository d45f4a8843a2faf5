"""What `make run` plays: a configuration, a calendar, and the readers that check what went out."""
