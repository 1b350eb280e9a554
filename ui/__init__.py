"""The chat window: rendering as pure functions, a small style and script of its own, and the wiring to the engine."""
