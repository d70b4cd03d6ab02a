"""What a scenario came to: counts of what was done, of what went wrong, and remarks. A loss ends the run."""
from dataclasses import dataclass, field


class Loss(Exception):
    """Something was lost, half made, or served wrongly."""


@dataclass
class Result:
    """Counts of one scenario, in the order in which they are shown."""
    name: str
    what: str
    counts: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)
    skipped: str = ""

    def add(self, key, number=1):
        self.counts[key] = self.counts.get(key, 0) + number

    def remark(self, text):
        """A thing worth knowing that is no loss; each is kept once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def line(self):
        return f"SKIPPED: {self.skipped}" if self.skipped else ", ".join(f"{count} {key}" for key, count in self.counts.items())
