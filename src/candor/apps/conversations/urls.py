from typing import Any

app_name = "conversations"

urlpatterns: list[Any] = []
