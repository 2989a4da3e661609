"""Briefs before a meeting: their sources, the offline writer and the model writer."""

from meetkit.insights.briefs.model import CallOptions, write_with_model, write_with_model_async
from meetkit.insights.briefs.offline import write_offline
from meetkit.insights.briefs.sources import BriefSources, gather

__all__ = ["BriefSources", "CallOptions", "gather", "write_offline", "write_with_model", "write_with_model_async"]
