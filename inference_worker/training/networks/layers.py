"""Convolutions that carry their batch normalisation as a scale and a shift for each channel.

With pretrained statistics held still, normalisation is a constant scale and shift. Folded into the
kernel it costs nothing on an image, training needs 45 % less time than with BatchNormalization
(docs/model-lab.md), a batch of any size gives the same answer, and an average of weights is a
whole network. Only keras.ops here, so that any backend trains it.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("fracture_platform")
class ScaledConv(layers.Layer):  # type: ignore[misc]
    """(N, H, W, C) -> (N, H / stride, W / stride, filters): convolution with the kernel times a
    trained scale per output channel, plus a shift; `filters` 0 makes it depthwise.

    `bias` and `spread` (of 1 = He et al. 2015) are where shift and kernel begin.
    """

    def __init__(
        self,
        filters: int,
        width: int,
        *,
        stride: int = 1,
        relu6: bool = True,
        bias: float = 0.0,
        spread: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters, self.width, self.stride = filters, width, stride
        self.relu6, self.bias, self.spread = relu6, bias, spread

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        incoming = int(input_shape[-1] or 0)
        self.outgoing = self.filters or incoming
        shape = (self.width, self.width, incoming, self.filters or 1)
        fan = self.width**2 * (incoming if self.filters else 1)
        self.kernel = self.add_weight(
            name="kernel",
            shape=shape,
            initializer=keras.initializers.RandomNormal(stddev=self.spread * (2 / fan) ** 0.5),
        )
        self.scale = self.add_weight(name="scale", shape=(self.outgoing,), initializer="ones")
        self.shift = self.add_weight(
            name="shift",
            shape=(self.outgoing,),
            initializer=keras.initializers.Constant(self.bias),
        )

    def folded(self) -> Any:
        """The kernel as an ordinary convolution would hold it."""
        if self.filters:
            return self.kernel * self.scale
        return self.kernel * ops.reshape(self.scale, (1, 1, self.outgoing, 1))

    def call(self, inputs: Any) -> Any:
        convolve = ops.conv if self.filters else ops.depthwise_conv
        maps = convolve(inputs, self.folded(), strides=self.stride, padding="same") + self.shift
        return ops.relu6(maps) if self.relu6 else maps

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, incoming = input_shape
        less = [None if side is None else -(-side // self.stride) for side in sides]
        return (batch, *less, self.filters or incoming)

    def get_config(self) -> dict[str, Any]:
        own = {
            "filters": self.filters,
            "width": self.width,
            "stride": self.stride,
            "relu6": self.relu6,
            "bias": self.bias,
            "spread": self.spread,
        }
        return {**super().get_config(), **own}
