"""The FastAPI routes, one file a capability. Each file's `routes(backend)` is a router that a host can mount."""
