"""The summary section: the sentences of a meeting that say most of it."""

from meetkit.insights.offline.summary.summarization import pick_sentences, pick_utterances, select_summary, summarize

__all__ = ["pick_sentences", "pick_utterances", "select_summary", "summarize"]
