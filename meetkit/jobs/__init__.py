"""Background jobs: work that a request starts and a later one asks for; see docs/service.md."""
