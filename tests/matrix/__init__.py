"""The crash matrix: every call of a fault-free run, disturbed in every way, and what the network's own books then say.

A point is (network, variant, call, fault). The calls are those that botocore and requests really make while the real
use cases run over the real stores and the real adapters, in virtual time; nothing here lists them by hand. `python -m
tests.matrix` plays every point and prints the whole table.
"""
