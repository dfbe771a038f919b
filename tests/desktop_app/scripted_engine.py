"""An engine for a process of its own that does what the instruction says: crash, hang, fail, print, or edit."""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from engine.errors import Cancelled, RegionNotFound
from engine.machine import Finding
from engine.values import (
    Box,
    EditResult,
    LogEvent,
    Plan,
    PlanEmbeddings,
    PreviewEvent,
    Region,
    StageEvent,
    StepEvent,
    StepReport,
)


class Source:
    def missing(self, name: str) -> str:
        return "" if name == "starter" else f"There is no {name}."

    def bundles(self) -> list:
        return []

    def examine(self) -> list:
        return [Finding("memory", "enough")]

    def engines(self) -> tuple[str, ...]:
        return ("starter",)

    def abilities(self, _name: str) -> frozenset[str]:
        return frozenset()

    def load(self, _name: str) -> Engine:
        return Engine()

    def assemble(self, _name, on_progress, _cancel) -> None:
        on_progress("Fetching", 0.5)


class Engine:
    def plan(self, request, on_event, cancel) -> Plan:
        on_event(StageEvent("plan"))
        match request.instruction.text:
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "hang":
                on_event(LogEvent("hanging"))
                time.sleep(60)
            case "wait":
                on_event(LogEvent("waiting"))
                while not cancel():
                    time.sleep(0.002)
                raise Cancelled
            case "fail":
                raise RegionNotFound("There is no unicorn.", "Paint it.")
            case "fault":
                raise RuntimeError("a fault of our own")
            case "print":
                print("a library talks", flush=True)  # noqa: T201
        return Plan("Yes.", str(os.getpid()), embeddings=PlanEmbeddings(np.arange(384, dtype=np.float32)))

    def edit(self, request, on_event, _cancel) -> EditResult:
        on_event(StepEvent(1, 2))
        on_event(PreviewEvent(np.zeros((4, 5, 3), np.uint8), Box(1, 2, 6, 6)))
        pixels = request.photo.pixels.copy()
        pixels[request.mask > 0] = 0
        steps = {"composite": StepReport("done", 0.5)}
        return EditResult((request.photo.with_pixels(pixels),), request.plan, Box(0, 0, 3, 3), 7, steps)

    def describe(self, file):
        return {"kind": "picture", "labels": [{"name": file.name, "score": 0.5}]}

    def select(self, photo, phrase) -> Region:
        return Region(np.ones((photo.height, photo.width), np.float32), "words", len(phrase) / 10)

    def select_at(self, photo, point) -> Region:
        mask = np.zeros((photo.height, photo.width), np.float32)
        mask[int(point[1]), int(point[0])] = 1
        return Region(mask, "words")

    def search(self, words, file, count):
        return [{"path": file, "name": words, "shipped": True, "score": 1 / count}]

    def index(self, folder, keep):
        return {folder: 3} if keep else {}
