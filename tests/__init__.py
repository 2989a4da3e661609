"""The tests, one file a phase or part."""
