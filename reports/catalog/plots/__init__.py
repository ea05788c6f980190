"""Plots as SVG: rows and words in, text out. The same drawing has links on a page, none on paper.

No colour tells anything alone: arms differ by the shape of their marks.
"""
