"""Release, produce, judge, record: everything that holds keys. Never installed for learners."""
