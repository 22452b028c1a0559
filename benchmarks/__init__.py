"""How fast Wayhome is and how good its maps are, beside peers in the same run: `python -m benchmarks`.

Answers are compared before times. Figures to keep stand in README.md, with the machine they came from.
"""
