"""Héraut: hands-off publishing, listening and drawing for community managers."""
