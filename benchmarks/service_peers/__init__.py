"""What `service.py` measures the service by: bare apps that answer the same, and the client that asks both."""
