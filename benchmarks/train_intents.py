"""Learn anew the weights that `meetkit.insights.offline.intents` ships; see `judged/learning.py`.

Run `uv run --with scikit-learn python benchmarks/train_intents.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from judged import learning
from judged.common import DATA, load

from meetkit.insights.offline import intents

WEIGHTS = Path(intents.__file__).parent / "weights"


def main() -> None:
    """Write the weights that are shipped."""
    known = learning.vocabulary(DATA)
    models = {
        "action": learning.learn_action(load(DATA, "ami*labeled"), known),
        "decision": learning.learn_decision(load(DATA, "ami*labeled"), known),
        "question": learning.learn_question(learning.heard(DATA), learning.vocabulary(DATA)),
        "mail": learning.learn_mail(load(DATA, "emailintent"), learning.mail_vocabulary(DATA)),
    }
    for name, model in models.items():
        weights = dict(sorted(model.weights.items()))
        content = json.dumps({"bias": model.bias, "weights": weights}, ensure_ascii=False, indent=0)
        path = WEIGHTS / f"{name}.json"
        path.write_text(content + "\n", encoding="utf-8")
        print(f"{path.name}: {len(weights)} weights, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
