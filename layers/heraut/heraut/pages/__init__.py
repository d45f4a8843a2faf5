"""The pages a link opens, and those of the public site."""
