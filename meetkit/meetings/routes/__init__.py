"""Routes of meetings and people for FastAPI and Flask, their bodies, queries and examples."""
