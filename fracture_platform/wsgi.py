"""The site, as gunicorn serves it."""

import os

from django.core.wsgi import get_wsgi_application

from fracture_platform.wsgi_border import bordered

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracture_platform.settings.demo")
application = bordered(get_wsgi_application())
