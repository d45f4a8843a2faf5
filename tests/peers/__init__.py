"""The real servers that the network adapters are tested against: loopback only, started and ended by who uses them."""
