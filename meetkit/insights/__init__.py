"""Meeting insights: briefs before a meeting, analyses after it, and action items across meetings."""
