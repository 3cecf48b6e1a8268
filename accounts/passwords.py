from django.core.exceptions import ValidationError


class ThreeClassesValidator:
    """Password classes of 等保三级: three of upper case, lower case, digits, signs."""

    def validate(self, password, user=None):
        classes = [
            any(c.isupper() for c in password),
            any(c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        if sum(classes) < 3:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self):
        return "密码应包含大写字母、小写字母、数字、符号中的三种。"
