"""Accounts: registration, authentication, teams, administration and the audit log; see docs/service.md."""
