"""Which messages a list shows: one filter set for page and API."""

import django_filters as filters
from django import forms

from accounts.enums import MessageKind
from accounts.models import Message


class MessageFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=MessageKind.choices, label="类型", empty_label="全部")
    unread = filters.BooleanFilter(
        method="only_unread", label="只看未读", widget=forms.HiddenInput, help_text="true：只要未读消息"
    )

    class Meta:
        model = Message
        fields = []

    def only_unread(self, queryset, name, value):
        return queryset.unread() if value else queryset
