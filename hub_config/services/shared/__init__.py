"""What the services share: who is asking, errors, security, files. Nobody outside the services imports it."""
