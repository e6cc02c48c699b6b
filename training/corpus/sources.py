"""Where the sounds of the corpus come from. What is had is used: a source that is missing is left out and named.

Every source is a folder below ``--raw`` that training/README.md tells how to fill. ``part`` keeps voices and music apart:
what is heard in the evaluation set is never heard in the training set. None of the recordings is part of this repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Part = Literal["train", "eval"]
Kind = Literal["speech", "short", "prompt", "digit", "music"]


@dataclass(frozen=True, slots=True)
class Source:
    """Some sound files of one kind: ``pattern`` below ``folder``; ``voice`` is who speaks, or "" when each file is another."""

    folder: str
    pattern: str
    kind: Kind
    part: Part
    voice: str = ""


_KAZOO: Final = "2600hz+kazoo-sounds/kazoo-core"
_BERO: Final = "beroNet+asterisk-sounds/asterisk_sounds_de"
_RICHARD: Final = "richard/48000/en/gb/richard"
_GAME: Final = "hedgewars-data/usr/share/games/hedgewars/Data/Sounds/voices"
_GAME_VOICES: Final = ("Default_ru", "Default_uk", "Default_es", "Russian", "Mobster", "Surfer", "HillBilly")

SOURCES: Final = (
    Source(
        "festvox-ru/usr/share/festival/voices/russian/msu_ru_nsh_clunits/wav",
        "*.wav",
        "speech",
        "train",
        "nsh_ru",
    ),
    Source(
        "pocketsphinx-testdata/usr/share/pocketsphinx/test/data/librivox",
        "*.wav",
        "speech",
        "train",
        "librivox",
    ),
    Source("Picovoice+speech-to-intent-benchmark/data/speech/clean", "*.wav", "speech", "train"),
    Source("Picovoice+wake-word-benchmark/audio/computer", "*.wav", "short", "train"),
    Source("Picovoice+wake-word-benchmark/audio/jarvis", "*.wav", "short", "train"),
    Source("Picovoice+wake-word-benchmark/audio/smart mirror", "*.wav", "short", "train"),
    Source("Picovoice+wake-word-benchmark/audio/view glass", "*.wav", "short", "eval"),
    Source("Picovoice+wake-word-benchmark/audio/snowboy", "*.wav", "short", "eval"),
    *(Source(f"{_GAME}/{voice}", "*.ogg", "speech", "eval", f"game_{voice}") for voice in _GAME_VOICES),
    Source(f"{_KAZOO}/de/de", "*.wav", "prompt", "train", "kz_de"),
    Source(f"{_KAZOO}/en/gb", "*.wav", "prompt", "train", "kz_en_gb"),
    Source(f"{_KAZOO}/nl/be", "*.wav", "prompt", "train", "kz_nl"),
    Source(f"{_KAZOO}/es/es", "*.wav", "prompt", "eval", "kz_es"),
    Source(_BERO, "*/userapp/lib/asterisk/sounds/*.gsm", "prompt", "train", "bero_de"),
    Source(_BERO, "*/userapp/lib/asterisk/sounds/digits/?.gsm", "digit", "train", "bero_de"),
    Source(
        "asterisk-prompt-fr-armelle/usr/share/asterisk/sounds/fr", "*.gsm", "prompt", "train", "armelle_fr"
    ),
    Source(
        "asterisk-prompt-fr-armelle/usr/share/asterisk/sounds/fr/digits",
        "?.gsm",
        "digit",
        "train",
        "armelle_fr",
    ),
    Source("asterisk-prompt-es-co/usr/share/asterisk/sounds/es", "*.gsm", "prompt", "eval", "es_co"),
    Source("asterisk-prompt-es-co/usr/share/asterisk/sounds/es/digits", "?.gsm", "digit", "eval", "es_co"),
    Source(f"{_RICHARD}/ivr/48000", "*.wav", "prompt", "eval", "richard"),
    Source(f"{_RICHARD}/voicemail/48000", "*.wav", "prompt", "eval", "richard"),
    Source(f"{_RICHARD}/conference/48000", "*.wav", "prompt", "eval", "richard"),
    Source(f"{_RICHARD}/digits/48000", "?.wav", "digit", "eval", "richard"),
    Source("wesnoth-1.16-music", "**/*.ogg", "music", "train"),
    Source("hyperrogue-music", "**/*.ogg", "music", "train"),
    Source("fretsonfire-songs-sectoid", "**/*.ogg", "music", "train"),
    Source("warzone2100-music", "**/*.opus", "music", "eval"),
    Source("warzone2100-music", "**/*.ogg", "music", "eval"),
    Source("singularity-music", "**/*.ogg", "music", "eval"),
    Source("fretsonfire-songs-muldjord", "**/*.ogg", "music", "eval"),
)

READERS: Final = "resem/audio_data"


def readers(raw: Path, taken: set[str]) -> list[tuple[str, Part, list[Path]]]:
    """LibriSpeech readers of the Resemblyzer samples that are not ``taken``: name, part (every other one), files."""
    files: dict[str, list[Path]] = {}
    for path in sorted((raw / READERS).glob("librispeech_*/**/*.flac")):
        files.setdefault(path.name.split("-")[0], []).append(path)
    free = [name for name in sorted(files, key=int) if f"libri_{name}" not in taken]
    parts: tuple[Part, Part] = ("train", "eval")
    return [(f"libri_{name}", parts[at % 2], files[name]) for at, name in enumerate(free)]
