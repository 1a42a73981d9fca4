"""What all documents have."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict

from course.comparing import occurs


class Model(BaseModel):
    """Checked on the way in, and never changed after."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(Model):
    """What all kinds have.

    Attributes
    ----------
    name
        Of the file, without a folder.
    size
        Of the file, in bytes.
    """

    name: str = ""
    size: int = 0

    @property
    def text(self) -> str:
        """All words in their order, a line a paragraph, cell or element."""
        return "\n".join(line for line in self._lines() if line)

    def has(self, *phrases: str) -> bool:
        """Tell whether every phrase stands in the text, as whole words in either Vietnamese tone style."""
        text = self.text
        return all(occurs(phrase, text) for phrase in phrases)

    def as_json(self) -> str:
        """Write it as ``read_document`` reads it, without what is usual."""
        data = self.model_dump(mode="json", exclude_defaults=True) | {"kind": getattr(self, "kind", "")}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def _lines(self) -> list[str]:
        return []
