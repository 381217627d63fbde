"""Programs that are no tests: each runs as long as one likes, and says what it found."""
