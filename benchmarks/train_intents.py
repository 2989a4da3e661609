"""Learn anew the weights that `meetkit.insights.language.intents` ships; see `judged/learning.py`.

Run `uv run --with scikit-learn python benchmarks/train_intents.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from judged import learning
from judged.common import DATA, load

from meetkit import insights

WEIGHTS = Path(insights.__file__).parent / "weights"


def main() -> None:
    """Write the weights that are shipped."""
    meetings, known = load(DATA, "ami*labeled"), learning.vocabulary(DATA)
    models = {
        WEIGHTS / "action.json": learning.learn_action(meetings, known),
        WEIGHTS / "decision.json": learning.learn_decision(meetings, known),
        WEIGHTS / "question.json": learning.learn_question(learning.heard(DATA), known),
    }
    for path, model in models.items():
        weights = dict(sorted(model.weights.items()))
        content = json.dumps({"bias": model.bias, "weights": weights}, ensure_ascii=False, indent=0)
        path.write_text(content + "\n", encoding="utf-8")
        print(f"{path.name}: {len(weights)} weights, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
