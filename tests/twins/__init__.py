"""In-memory twins of the ports: small, exact, held to the same cases as the real adapters (tests/contracts)."""
