"""Every training image is another one each time: turned, zoomed, under other exposures, with other
marks on the film. `picture.py` puts the parts together."""
