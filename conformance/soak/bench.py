"""What a scenario is given."""
import random


class Bench:
    """The program, a folder of its own, chance with a known seed, and how much to do."""

    def __init__(self, program, folder, seed, options):
        self.program, self.folder, self.options = program, folder, options
        self.quick, self.random = options.quick, random.Random(seed)
        folder.mkdir(parents=True)

    def step(self, few):
        """Of things that are done one after the other, each one of so many."""
        return getattr(self.options, "step", 0) or (few if self.quick else 1)

    def rounds(self, many, few):
        """How often to do something."""
        return self.options.rounds or (few if self.quick else many)
