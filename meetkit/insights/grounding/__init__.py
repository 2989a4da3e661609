"""Grounding of quotes: exact and near matches of a model's quotes in a transcript, and the similarity of texts."""
