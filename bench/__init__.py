"""Every figure the README quotes, and the commands that measure it. See bench/README.md."""
