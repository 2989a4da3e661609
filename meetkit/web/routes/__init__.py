"""The FastAPI routes, one file a capability. Each file's `routes(dispatcher)` is a router that a host can mount."""
