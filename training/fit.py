"""Make the models of hearing: python -m training.fit --corpus DIR [--corpus DIR ...] (``make train-audio``).

Writes src/callwitness/audio/models/{classes,answer}.npz, and the cross-validated answers beside the figures they give.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio import classes, decide
from training import stages
from training.clips import MODES, Clip, clips
from training.scores import HEAD, Answer, calibration_error, is_right, score, surest
from training.truth import Label
from training.validate import Validated, cross_validate

MODELS: Final = Path(__file__).parents[1] / "src" / "callwitness" / "audio" / "models"
PASSES: Final = 14


def main() -> None:
    """Read the command line, learn, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, action="append", required=True, help="a folder with labels.jsonl"
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="where the models go")
    parser.add_argument(
        "--answers", type=Path, default=Path("build/audio/answers.jsonl"), help="cross-validated answers"
    )
    parser.add_argument("--passes", type=int, default=PASSES, help="of the network over the corpus")
    options = parser.parse_args()
    made = clips(options.corpus, 2)
    print(f"{len(made)} sides of {len({clip.label['file'] for clip in made})} recordings", flush=True)
    validated = cross_validate(made, options.passes, say=lambda text: print(text, flush=True))
    options.answers.parent.mkdir(parents=True, exist_ok=True)
    options.answers.write_text(
        "".join(json.dumps(asdict(one)) + "\n" for one in validated.answers), encoding="utf-8"
    )
    print(table([clip.label for clip in made if clip.scored], validated.answers))
    write(made, validated, options.models)


def write(made: Sequence[Clip], validated: Validated, folder: Path) -> None:
    """The models that ship: classes and weighing learned from everything, the networks of all folds together."""
    np.savez_compressed(folder / classes.MODEL, allow_pickle=False, **stages.fit_classes(made).to_arrays())
    arrays: dict[str, NDArray[np.generic]] = stages.fit_weighing(validated.cases).to_arrays("trees_")
    for number, one in enumerate(validated.networks):
        arrays |= {f"network{number}_{name}": part for name, part in one.items()}
    arrays["belief"] = np.array([*validated.belief, len(validated.networks)])
    arrays |= {"curve": validated.curve, "alone": validated.alone}
    np.savez_compressed(folder / decide.MODEL, allow_pickle=False, **arrays)


def table(labels: Sequence[Label], answers: Sequence[Answer]) -> str:
    """Figures by corpus and by how much of the line is known."""
    lines = [f"{'':24}{HEAD}    ece  top80"]
    for split in sorted({label["split"] for label in labels}):
        own = [label for label in labels if label["split"] == split]
        stereo = [label for label in own if label["channels"] == 2 and "dual_mono" not in label["tags"]]
        for mode in MODES:
            said = {one.file: one for one in answers if one.mode == mode}
            confidence = np.array([said[label["file"]].confidence for label in own])
            right = np.array([is_right(label, said[label["file"]].answer_at) for label in own])
            told = {file: one.answer_at for file, one in said.items()}
            lines.append(
                f"{split:10}{mode:14}{score(own, told).row()} {calibration_error(confidence, right):6.3f} "
                f"{surest(confidence, right, 0.8):6.3f}"
            )
            if stereo:
                lines.append(f"{split:10}{mode + ' stereo':14}{score(stereo, told).row()}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
