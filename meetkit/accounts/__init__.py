"""Accounts: who signs in, as whom, and what they may see and do."""
