"""Runs the migrations as the product's own are run."""

from meetkit.migrations import env  # noqa: F401  # importing it runs them
