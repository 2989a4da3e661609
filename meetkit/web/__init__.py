"""The service: REST by FastAPI, and a blueprint for Flask. Needs the extra `web`."""
