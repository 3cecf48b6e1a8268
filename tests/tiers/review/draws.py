from tests.tiers.review.cases import city
from tiers.services.city import draw_cases


def drawn(application, seed="2026051", size=1):
    """A draw over all that stand before the city of the case's intake."""
    return draw_cases(intake=application.intake, purpose="市级实地抽查", seed=seed, size=size, actor=city())
