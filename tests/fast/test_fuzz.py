"""A short run of tests/proofs/fuzz.py; the command runs as many as one likes."""

from __future__ import annotations

from tests.proofs.fuzz import fuzz


def test_fuzz() -> None:
    tally = fuzz(inputs=3_000, seed=20_261_123)
    assert not tally.failures, "\n".join(tally.failures)
    assert min(tally.outcomes[outcome] for outcome in ("valid", "merged", "refused")) > 200
