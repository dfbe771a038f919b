"""The bar of colours paints through the engine as it is now."""

from __future__ import annotations

import numpy as np

from engine.picture import Photo
from training.bars import colour


def test_the_chart_is_painted_where_the_mask_is():
    chart = np.full((colour.HEIGHT, colour.WIDTH, 3), (0.2, 0.4, 0.8), np.float32)
    photo = Photo(np.full(chart.shape, 200, np.uint8))
    image = colour.edited(colour.painting(chart), photo).images[0].pixels
    assert np.array_equal(image[colour.TOP + 8, colour.LEFT + 8], (51, 102, 204))
    assert np.array_equal(image[0], photo.pixels[0])
