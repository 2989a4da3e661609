"""Polls: propose times, collect answers, book the winner."""
