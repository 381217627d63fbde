"""An independent reading of Binder directories, to judge the mergers by: `tests/proofs/oracle.py` is the command."""
