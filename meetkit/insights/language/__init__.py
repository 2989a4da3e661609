"""Language knowledge that both engines share: sentences, word lists, stems, intents, names and replies."""
