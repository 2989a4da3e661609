"""The offline engine: deterministic, without key or network, one function a section."""
