"""Commitments in speech: the promises, offers, requests and assignments of a sentence, and the tasks they contain."""

from meetkit.insights.commitments.commitment import Commitment
from meetkit.insights.commitments.detection import find_commitments
from meetkit.insights.commitments.patterns import Kind
from meetkit.insights.commitments.tasks import Task, find_tasks

__all__ = ["Commitment", "Kind", "Task", "find_commitments", "find_tasks"]
