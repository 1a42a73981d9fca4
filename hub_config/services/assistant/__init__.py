"""The assistant service: an OpenAI-compatible endpoint for learners, with quota and privacy shield."""
