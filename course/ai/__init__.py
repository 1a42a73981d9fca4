"""What lessons need of AI: the privacy shield, the prompt coach, prepared replies, search by meaning, the client."""
