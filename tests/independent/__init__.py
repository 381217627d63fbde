"""An independent reading of Binder directories, to judge the mergers by: `tests/oracle.py` is the command."""
