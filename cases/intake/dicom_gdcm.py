"""JPEG Extended (.51) with more than 8 bits, which pydicom's plugins decline and GDCM decodes.

pydicom 3.0 guards against an old fault of GDCM. python-gdcm 3.2.6 gives the same samples for such
a file as DCMTK and dcm4che (tfmoraes/python-gdcm issue 35), at the price of a line on stderr.
"""

import gdcm
import numpy as np
from pydicom import Dataset


def decode_extended(dataset: Dataset, frame: bytes) -> np.ndarray:
    """One frame of grey samples, uint16, (rows, columns). ValueError when GDCM cannot."""
    bits = int(dataset.BitsStored)
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((int(dataset.Columns), int(dataset.Rows), 1))
    image.SetDataElement(element)
    grey = gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2)
    image.SetPhotometricInterpretation(grey)
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, bits, bits - 1, 0))
    # GDCM hands bytes over as text, undecodable ones as surrogates.
    samples = np.frombuffer(image.GetBuffer().encode("utf-8", "surrogateescape"), dtype="<u2")
    return samples.reshape(int(dataset.Rows), int(dataset.Columns))
