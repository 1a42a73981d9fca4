"""Replies written beforehand, for where no provider is configured.

No model answers here, and none is imitated: every reply was written by hand and is marked `LABEL`, and a request that
nobody wrote a reply for is told so. A request that leaves out the place, the time, the audience or the form gets the
reply that this leaves possible, so that a learner sees what a fuller request is worth.
"""

from course.ai.replies._reply import LABEL, Reply, reply, suggestions

__all__ = ["LABEL", "Reply", "reply", "suggestions"]
