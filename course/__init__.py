"""What a lesson is made of: everything a learner's notebook needs, and no key."""

from course.lesson import Lesson

__all__ = ["Lesson"]
