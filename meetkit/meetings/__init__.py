"""Meetings and contacts: scheduling, free time, briefs before and insights after a meeting. See docs/service.md."""
