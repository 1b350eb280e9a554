"""Mutation testing of the checks: would they notice?"""

from eval.mutate.run import OPERATORS, Mutant, Tally, mutate, tally

__all__ = ["OPERATORS", "Mutant", "Tally", "mutate", "tally"]
