"""The engine of Binder Blocks: answers -> components -> fragments -> files."""
