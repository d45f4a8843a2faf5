"""The infrastructure, and what runs it on one machine."""
