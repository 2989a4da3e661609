"""The model engine: insights by a model, each checked against the transcript before it is returned.

One prompt per section, one call per section and chunk. Needs the extra `llm`.
"""

from meetkit.insights.model.calls import AnswerCache
from meetkit.insights.model.chunks import ChunkPolicy
from meetkit.insights.model.engine import ModelEngine

__all__ = ["AnswerCache", "ChunkPolicy", "ModelEngine"]
