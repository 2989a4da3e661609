"""A toy capability outside the package: notes that users write. It shows that a new one costs a folder."""
