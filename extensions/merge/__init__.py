"""Mergers: fragments in, entries with provenance and clashes out. One pure module per file."""
