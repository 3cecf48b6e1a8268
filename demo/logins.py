"""Who can log in to the demo world. The password is public: the demo listens on this machine only."""

from typing import NamedTuple

PASSWORD = "Demo-2026!"


class Login(NamedTuple):
    role: str
    username: str
    password: str
    name: str


LOGINS = [
    Login("企业", "qiye", PASSWORD, "王敏"),
    Login("县区工作人员（红旗区）", "xianqu", PASSWORD, "李强"),
    Login("市级工作人员（新乡市）", "shiji", PASSWORD, "张丽"),
    Login("市级领导（新乡市）", "lingdao", PASSWORD, "刘伟"),
    Login("财政（新乡市）", "caizheng", PASSWORD, "陈静"),
    Login("审计（新乡市）", "shenji", PASSWORD, "杨洋"),
    Login("系统管理员", "xitong", PASSWORD, "赵磊"),
    Login("市级工作人员（郑州市）", "zz_shiji", PASSWORD, "周婷"),
    Login("县区工作人员（航空港区）", "hk_xianqu", PASSWORD, "吴刚"),
    Login("企业（郑州市金水区）", "zz_qiye", PASSWORD, "孙娜"),
    Login("县区工作人员（金水区）", "zz_xianqu", PASSWORD, "马超"),
    Login("企业（新乡市红旗区）", "hq_qiye", PASSWORD, "郭靖"),
]
