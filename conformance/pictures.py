"""Looks into pictures."""
import io

from PIL import Image


def picture(answer):
    """The picture of an answer as RGBA; anything else than a PNG fails with what was said."""
    kind = answer.headers.get("content-type", "")
    assert answer.status_code == 200 and kind.startswith("image/png"), f"{answer.url}: {answer.status_code} {kind} {answer.text[:400]}"
    return Image.open(io.BytesIO(answer.content)).convert("RGBA")


def drawn(image, threshold=16):
    """Left, top, right, bottom (exclusive) of all that is not transparent; None when nothing is drawn."""
    return image.getchannel("A").point(lambda alpha: 255 if alpha >= threshold else 0).getbbox()


def near(found, expected, pixels=1.0):
    """Whether two boxes lie within so many pixels of each other."""
    return found is not None and all(abs(a - b) <= pixels for a, b in zip(found, expected))
