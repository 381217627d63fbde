"""What a reader is told: changes nothing."""
