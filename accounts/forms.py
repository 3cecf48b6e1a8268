"""How a person wants to be told."""

from django import forms

from accounts.enums import MailMode, MessageKind


class MessageSettingForm(forms.Form):
    """`kinds` are those that are mailed; the rest are muted. In the portal everything arrives in any case."""

    email = forms.EmailField(
        label="邮箱", required=False, max_length=254, help_text="不填就不发邮件，只在平台内通知。"
    )
    mail = forms.ChoiceField(label="邮件提醒", choices=MailMode, widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label="哪些消息发邮件",
        choices=MessageKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="平台内的站内信不受影响，全部都会收到。",
    )

    @classmethod
    def of(cls, user, data=None):
        """The form with what the person has set until now."""
        setting = getattr(user, "message_setting", None)
        muted = setting.muted if setting else []
        initial = {
            "email": user.email,
            "mail": setting.mail if setting else MailMode.EACH,
            "kinds": [kind for kind in MessageKind.values if kind not in muted],
        }
        return cls(data, initial=initial)

    @property
    def muted(self):
        return [kind for kind in MessageKind.values if kind not in self.cleaned_data["kinds"]]
