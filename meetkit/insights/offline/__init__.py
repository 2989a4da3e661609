"""The offline engine: deterministic, without API key or network, one folder or module per section."""
