"""Routes of meetings and people: bodies, queries and examples, for FastAPI and Flask."""
