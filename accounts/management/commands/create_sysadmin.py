from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.enums import Role
from accounts.models import User


class Command(BaseCommand):
    help = "新建一名系统管理员（只管用户和区划，没有业务权限）"

    def add_arguments(self, parser):
        parser.add_argument("username", help="用户名")
        parser.add_argument("--name", default="系统管理员", help="姓名")
        parser.add_argument("--password", help="密码；不写则现场输入")

    def handle(self, username, name, password, **options):
        user = User(username=username, full_name=name, role=Role.SYSADMIN, is_staff=True)
        password = password or getpass("密码：")
        try:
            validate_password(password, user)
            user.set_password(password)
            services.save_user(user=user, actor=None)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        self.stdout.write(f"已建立系统管理员 {username}。")
