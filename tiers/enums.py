from django.db import models


class Title(models.TextChoices):
    """Every title an official list can give. The values are the engine's words (policies.engine)."""

    INNOVATIVE = "innovative", "创新型中小企业"
    PROVINCIAL_SRDI = "provincial_srdi", "省级专精特新中小企业"
    NATIONAL_GIANT = "national_giant", "国家级专精特新“小巨人”企业"
    HIGH_TECH = "high_tech", "高新技术企业"
    NATIONAL_PLATFORM = "national_platform", "国家级中小企业公共服务示范平台"
    PROVINCIAL_PLATFORM = "provincial_platform", "省级中小企业公共服务示范平台"
    NATIONAL_BASE = "national_base", "国家级小型微型企业创业创新示范基地"
    PROVINCIAL_BASE = "provincial_base", "省级小型微型企业创业创新示范基地"
    NATIONAL_CLUSTER = "national_cluster", "国家级中小企业特色产业集群"
    PROVINCIAL_CLUSTER = "provincial_cluster", "省级中小企业特色产业集群"

    @classmethod
    def tiers(cls):
        """The three tiers, lowest first."""
        return [cls.INNOVATIVE, cls.PROVINCIAL_SRDI, cls.NATIONAL_GIANT]

    @property
    def tier(self) -> int:
        """1, 2 or 3 for the three tiers, 0 for other titles."""
        return self.tiers().index(self) + 1 if self in self.tiers() else 0


class RecognitionKind(models.TextChoices):
    NEW = "new", "新认定"
    REVIEW = "review", "复核"
