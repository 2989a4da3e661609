"""The SQL of accounts: functions of the caller's connection, which never commit."""
