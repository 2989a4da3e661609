"""The migrations of notes."""
