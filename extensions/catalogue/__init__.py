"""The names of the files in a unit, and nothing of what is in them."""
