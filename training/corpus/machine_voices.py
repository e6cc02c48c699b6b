"""Queue prompts spoken by espeak-ng in English, Russian and Ukrainian: the announcements of lines without a human reader."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.corpus.sources import Kind, Part

VOICES: Final[tuple[tuple[str, Part], ...]] = (
    ("en-us+m3", "train"), ("en-gb+f2", "train"), ("en-us+f4", "eval"),
    ("ru+m1", "train"), ("ru+f3", "train"), ("ru+f5", "eval"),
    ("uk+f2", "train"), ("uk+m7", "train"), ("uk+f1", "eval"),
)  # fmt: skip

MESSAGES: Final = {
    "en": (
        "Good afternoon, this is the Northern Windows company.", "Please do not hang up, an agent will speak with you shortly.",
        "We record conversations so that we can serve you better.", "All of our agents are speaking with other customers right now.",
        "To order, press one. To ask about an order, press two. To hear this again, press star.",
        "Did you know that many questions are answered on our web site?", "Your call matters to us. You keep your place.",
        "We are closed now. We are open from nine in the morning until six in the evening.",
        "Nobody can take your call. Leave a message after the tone.", "Now connecting you.",
        "Please rate this conversation from one to five.",
    ),
    "ru": (
        "Добрый день! Вы позвонили в компанию Северные окна.", "Не кладите трубку, скоро с вами поговорит сотрудник.",
        "Разговор записывается, чтобы мы лучше работали.", "Сейчас все сотрудники говорят с другими клиентами.",
        "Чтобы сделать заказ, нажмите один. Чтобы узнать о заказе, нажмите два.",
        "Ответы на многие вопросы есть у нас на сайте.", "Нам важен ваш звонок. Ваше место в очереди сохраняется.",
        "Сейчас мы не работаем. Звоните с девяти до восемнадцати часов.",
        "Никто не может ответить. Оставьте сообщение после сигнала.", "Соединяю вас.",
        "Оцените, пожалуйста, разговор от одного до пяти.",
    ),
    "uk": (
        "Добрий день! Ви зателефонували до компанії Північні вікна.", "Не кладіть слухавку, скоро з вами поговорить працівник.",
        "Розмова записується, щоб ми краще працювали.", "Зараз усі працівники розмовляють з іншими клієнтами.",
        "Щоб зробити замовлення, натисніть один. Щоб дізнатися про замовлення, натисніть два.",
        "Відповіді на багато запитань є на нашому сайті.", "Ваш дзвінок важливий для нас. Ваше місце в черзі зберігається.",
        "Зараз ми не працюємо. Телефонуйте з дев'ятої до вісімнадцятої години.",
        "Ніхто не може відповісти. Залиште повідомлення після сигналу.", "З'єдную вас.",
        "Оцініть, будь ласка, розмову від одного до п'яти.",
    ),
}  # fmt: skip

POSITION: Final = {"en": "You are number {}.", "ru": "Вы {} в очереди.", "uk": "Ви {} у черзі."}


def machine_prompts() -> Iterator[tuple[str, Part, Kind, npt.NDArray[np.float32]]]:
    """voice, part, kind (prompt, or digit: one's place in the queue), sound at 8 kHz."""
    for number, (voice, part) in enumerate(VOICES):
        language = voice[:2]
        speed = str((150, 165, 140)[number % 3])
        for text in MESSAGES[language]:
            yield f"espeak_{voice}", part, "prompt", _speak(voice, speed, text)
        for place in range(1, 10):
            yield f"espeak_{voice}", part, "digit", _speak(voice, speed, POSITION[language].format(place))


def _speak(voice: str, speed: str, text: str) -> npt.NDArray[np.float32]:
    """One sentence at 8 kHz without the silence at its ends."""
    command = ["espeak-ng", "-v", voice, "-s", speed, "--stdout", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(spoken), dtype="float32")
    sound = soxr.resample(samples, rate, 8000).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return np.asarray(sound[loud[0] : loud[-1] + 1])
