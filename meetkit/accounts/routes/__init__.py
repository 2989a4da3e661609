"""The HTTP routes of accounts: each module declares a router, its handlers and the operations they run."""
