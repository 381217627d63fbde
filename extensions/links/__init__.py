"""A place -> an address."""
