"""Tests; a package, so that `tests/infra` is not taken for `infra`."""
