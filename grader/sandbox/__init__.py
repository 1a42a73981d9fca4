"""The sandbox: learners' code, run away from keys, other submissions, the network and this machine."""
