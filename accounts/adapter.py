from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by staff; nobody signs up from outside."""

    def is_open_for_signup(self, request):
        return False
