"""Operations of meetings and people: each serves one route, for every framework alike."""
