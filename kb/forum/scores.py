"""What many opinions are worth."""

from math import sqrt

Z = 1.959964
"""The 97.5 % point of the normal distribution: it leaves 2.5 % on either side of a 95 % interval."""


def wilson(helpful: int, not_helpful: int) -> float:
    """Return the share of readers an answer helps at the least, between 0 and 1; 0 while nobody has rated.

    The lower bound of the 95 % score interval for a proportion: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", Journal of the American Statistical Association 22 (1927), 209-212.
    """
    n = helpful + not_helpful
    if n == 0:
        return 0.0
    share = helpful / n
    middle = share + Z * Z / (2 * n)
    margin = Z * sqrt((share * (1 - share) + Z * Z / (4 * n)) / n)
    return max(0.0, (middle - margin) / (1 + Z * Z / n))
