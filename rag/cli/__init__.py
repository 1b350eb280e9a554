"""How the command line prints: what the engine returns becomes text, and errors become a message, a hint and an exit code."""
