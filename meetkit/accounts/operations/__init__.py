"""The verbs of `Accounts`, by what they are about."""
