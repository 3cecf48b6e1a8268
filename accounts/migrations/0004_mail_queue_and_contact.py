from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_messages"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="message",
            name="accounts_message_to_mail",
        ),
        migrations.AddField(
            model_name="message",
            name="mail_error",
            field=models.CharField(blank=True, max_length=200, verbose_name="邮件退回原因"),
        ),
        migrations.AddField(
            model_name="region",
            name="contact",
            field=models.CharField(
                blank=True,
                help_text="企业办事时可以拨打的电话，如 0373-3050000。",
                max_length=60,
                verbose_name="咨询电话",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("mailed_at__isnull", True)),
                fields=["created_at"],
                name="accounts_message_to_mail",
            ),
        ),
    ]
