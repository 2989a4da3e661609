"""The operations of accounts: one service class per topic, and the collaborators that they share."""
