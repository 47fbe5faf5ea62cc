from django.urls import path

from .views import stop

app_name = "asking"
urlpatterns = [path("stop/<str:token>/", stop.stop, name="stop")]
