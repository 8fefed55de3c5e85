"""Backbones of keras.applications, whose ImageNet weights Keras fetches: for machines with
internet."""

from __future__ import annotations

from typing import Any

import keras

CONSTRUCTORS = {
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3_large": "MobileNetV3Large",
    "efficientnet_v2_b0": "EfficientNetV2B0",
    "efficientnet_v2_s": "EfficientNetV2S",
    "convnext_tiny": "ConvNeXtTiny",
    "resnet50": "ResNet50",
}
NAMES = tuple(CONSTRUCTORS)
SCALES = {"mobilenet_v2": (2.0, -1.0)}
"""Input = grey in 0..1 times the first plus the second; the others take 0..255."""


def backbone(image: Any, name: str, *, pretrained: bool) -> dict[int, Any]:
    """(N, H, W, 3) in 0..1 -> features at strides 16 and 32."""
    scale, offset = SCALES.get(name, (255.0, 0.0))
    scaled = keras.layers.Rescaling(scale, offset, name="rescaled")(image)
    model = getattr(keras.applications, CONSTRUCTORS[name])(
        include_top=False,
        weights="imagenet" if pretrained else None,
        input_tensor=scaled,
    )
    found: dict[int, Any] = {}
    for layer in model.layers:
        rows = layer.output.shape[1] if len(layer.output.shape) == 4 else None
        if rows:
            found[round(int(image.shape[1]) / int(rows))] = layer.output
    return {stride: found[stride] for stride in (16, 32)}
