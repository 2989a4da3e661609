"""Sending mail: by a server, a second one where it fails, or into a folder."""
