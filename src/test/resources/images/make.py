#!/usr/bin/python3
"""Draws the pictures of this folder; see README.txt. Needs Pillow (made with 9.4) and cwebp (made with 1.2.4).

Usage: make.py   (writes beside itself; replaces what is there)
"""
import io
import math
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw, ImageOps

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / 'expected'
BAD = HERE / 'bad'
RESAMPLE = HERE / 'resample'
FILTERS = {'bicubic': Image.Resampling.BICUBIC, 'bilinear': Image.Resampling.BILINEAR, 'lanczos': Image.Resampling.LANCZOS}


# ---- What is drawn

def scene(width, height, noise=0):
    """A sky that darkens, a sun, hills, a red house: smooth gradients and hard edges."""
    picture = Image.new('RGB', (width, height))
    pixels = picture.load()
    for y in range(height):
        for x in range(width):
            u, v = x / width, y / height
            pixels[x, y] = (int(70 + 120 * v + 20 * u), int(130 + 90 * v), int(235 - 60 * v - 30 * u))
    big = picture.resize((width * 4, height * 4), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(big)
    w, h = width * 4, height * 4
    draw.ellipse([w * .68, h * .06, w * .68 + h * .3, h * .36], fill=(255, 214, 40))
    draw.ellipse([-w * .3, h * .62, w * .7, h * 1.6], fill=(60, 140, 50))
    draw.ellipse([w * .35, h * .7, w * 1.4, h * 1.7], fill=(40, 110, 60))
    draw.rectangle([w * .22, h * .48, w * .46, h * .8], fill=(196, 40, 36))
    draw.polygon([(w * .18, h * .48), (w * .5, h * .48), (w * .34, h * .28)], fill=(90, 50, 40))
    draw.rectangle([w * .3, h * .6, w * .37, h * .8], fill=(245, 240, 220))
    for i in range(6):
        draw.line([(w * (.55 + .07 * i), h * .9), (w * (.58 + .07 * i), h * .72)], fill=(20, 20 + 30 * i, 120), width=max(4, h // 60))
    picture = big.resize((width, height), Image.Resampling.BOX)
    return noisy(picture, noise)


def noisy(picture, amount):
    """Adds the noise of a plain linear congruential generator, up to ± amount."""
    if not amount:
        return picture
    state = 12345
    data = bytearray(picture.tobytes())
    for i in range(len(data)):
        state = (state * 1103515245 + 12345) & 0x7fffffff
        data[i] = min(255, max(0, data[i] + (state >> 16) % (2 * amount + 1) - amount))
    return Image.frombytes(picture.mode, picture.size, bytes(data))


def corners():
    """48 × 32, the corners red, green, blue, yellow from the top left on clockwise; an arrow points up."""
    picture = Image.new('RGB', (48, 32), (236, 236, 236))
    draw = ImageDraw.Draw(picture)
    for box, colour in [((0, 0, 15, 7), (220, 30, 30)), ((32, 0, 47, 7), (30, 160, 50)),
                        ((32, 24, 47, 31), (40, 60, 220)), ((0, 24, 15, 31), (240, 210, 30))]:
        draw.rectangle(box, fill=colour)
    draw.polygon([(24, 4), (32, 16), (16, 16)], fill=(20, 20, 20))
    draw.rectangle([21, 16, 26, 27], fill=(20, 20, 20))
    return picture


def veiled(width, height):
    """The scene with an alpha that runs from 0 (left) to 255 (right), a clear hole and an opaque bar."""
    picture = scene(width, height).convert('RGBA')
    alpha = Image.new('L', (width, height))
    pixels = alpha.load()
    for y in range(height):
        for x in range(width):
            pixels[x, y] = round(255 * x / (width - 1))
    draw = ImageDraw.Draw(alpha)
    draw.ellipse([width * .6, height * .3, width * .85, height * .7], fill=0)
    draw.rectangle([0, height * .85, width, height], fill=255)
    picture.putalpha(alpha)
    return picture


# ---- Formats that Pillow does not write

def chunk(kind, body):
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))


def png(width, height, depth, colour, body, interlace=0, extra=b''):
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, interlace)) + extra
            + chunk(b'IDAT', zlib.compress(body, 9)) + chunk(b'IEND', b''))


def interlaced(picture):
    """Adam7, filter 0 throughout."""
    width, height = picture.size
    pixels = picture.load()
    body = bytearray()
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for y in range(y0, height, dy):
            row = [value for x in range(x0, width, dx) for value in pixels[x, y]]
            if row:
                body += bytes([0] + row)
    return png(width, height, 8, 2, bytes(body), interlace=1)


def swapped_profile():
    """LittleCMS' sRGB with the primaries of red and blue exchanged: whoever applies it sees red as blue."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes())
    tags = {}
    for i in range(struct.unpack_from('>I', data, 128)[0]):
        name, offset, size = struct.unpack_from('>4sII', data, 132 + 12 * i)
        tags[name] = (offset, size)
    (red, size), (blue, _) = tags[b'rXYZ'], tags[b'bXYZ']
    data[red:red + size], data[blue:blue + size] = data[blue:blue + size], data[red:red + size]
    assert 'sRGB built-in'.encode('utf-16be') in data
    data = bytes(data).replace('sRGB built-in'.encode('utf-16be'), 'R and B swap '.encode('utf-16be'))
    return data[:24] + struct.pack('>6H', 2025, 1, 1, 0, 0, 0) + data[36:84] + bytes(16) + data[100:]


def cmyk(picture):
    """Subtractive colours with a black plate (full grey component replacement of half the common part)."""
    out = Image.new('CMYK', picture.size)
    source, target = picture.load(), out.load()
    for y in range(picture.height):
        for x in range(picture.width):
            r, g, b = source[x, y]
            k = (255 - max(r, g, b)) // 2
            target[x, y] = tuple(min(255, max(0, round(255 - 255 * c / (255 - k)))) for c in (r, g, b)) + (k,)
    return out


def ycck(picture):
    """As Photoshop writes it: the Adobe marker says transform 2. Pillow writes CMYK inverted with transform 0, so hand it
    inverted Y, Cb, Cr of the inks and correct the marker."""
    inks = cmyk(picture)
    c, m, y, k = inks.split()
    luma = Image.merge('RGB', (c, m, y)).convert('YCbCr').split()
    planes = [ImageOps.invert(plane) for plane in luma] + [k]
    buffer = io.BytesIO()
    Image.merge('CMYK', planes).save(buffer, 'JPEG', quality=90)
    data = buffer.getvalue()
    at = data.index(b'\xff\xee\x00\x0eAdobe') + 4 + 11
    assert data[at] == 0
    return data[:at] + b'\x02' + data[at + 1:]


def webp(picture, name, *options):
    with tempfile.NamedTemporaryFile(suffix='.png') as file:
        picture.save(file.name)
        subprocess.run(['cwebp', '-quiet', '-metadata', 'none', *options, file.name, '-o', str(HERE / name)], check=True)


# ---- What a right decoder makes of it

def on_white(picture):
    picture = picture.convert('RGBA')
    return Image.alpha_composite(Image.new('RGBA', picture.size, (255, 255, 255, 255)), picture).convert('RGB')


def expect(name, picture=None, transparent=False):
    """Stores what Pillow reads from the file, or the given picture, as expected/NAME.png."""
    if picture is None:
        with Image.open(HERE / name) as opened:
            opened.load()
            picture = on_white(opened) if transparent else ImageOps.exif_transpose(opened).convert('RGB')
    assert picture.mode == 'RGB'
    picture = Image.frombytes('RGB', picture.size, picture.tobytes())  # else Pillow copies profile, EXIF and colour key
    picture.save(EXPECTED / (name + '.png'), optimize=True)


def good():
    photo = scene(157, 117, noise=5)
    photo.save(HERE / 'baseline.jpg', quality=85)
    photo.save(HERE / 'baseline-444.jpg', quality=85, subsampling=0)
    photo.save(HERE / 'baseline-422.jpg', quality=85, subsampling=1)
    photo.save(HERE / 'progressive.jpg', quality=85, progressive=True)
    photo.convert('L').save(HERE / 'gray.jpg', quality=85)
    cmyk(photo).save(HERE / 'cmyk.jpg', quality=85)
    (HERE / 'ycck.jpg').write_bytes(ycck(photo))
    photo.save(HERE / 'icc-swapped.jpg', quality=85, icc_profile=swapped_profile())
    for name in ['baseline', 'baseline-444', 'baseline-422', 'progressive', 'gray', 'cmyk', 'ycck', 'icc-swapped']:
        expect(name + '.jpg')

    # exif_transpose turns the stored picture by the method below; store the inverse of it
    inverse = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
               5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
    for orientation in range(1, 9):
        upright = corners()
        stored = upright.transpose(inverse[orientation]) if orientation in inverse else upright
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f'orientation-{orientation}.jpg'
        stored.save(HERE / name, quality=95, subsampling=0, exif=exif)
        expect(name)
        with Image.open(EXPECTED / (name + '.png')) as turned:
            assert turned.size == upright.size
            assert max(abs(a - b) for a, b in zip(turned.tobytes(), upright.tobytes())) < 60

    small = scene(80, 60)
    small.save(HERE / 'rgb.png', optimize=True)
    expect('rgb.png')
    veiled(80, 60).save(HERE / 'rgba.png', optimize=True)
    expect('rgba.png', transparent=True)
    palette = small.quantize(32, dither=Image.Dither.NONE)
    palette.save(HERE / 'palette.png', optimize=True)
    expect('palette.png')
    palette.save(HERE / 'palette-trns.png', optimize=True, transparency=bytes([0, 128] + [255] * 28 + [64, 0]))
    expect('palette-trns.png', transparent=True)
    flat = Image.new('RGB', (40, 30), (255, 0, 255))
    flat.paste(scene(20, 15), (10, 8))
    flat.save(HERE / 'rgb-trns.png', optimize=True, transparency=(255, 0, 255))
    expect('rgb-trns.png', transparent=True)
    veiled(80, 60).convert('LA').save(HERE / 'gray-alpha.png', optimize=True)
    expect('gray-alpha.png', transparent=True)
    small.convert('1').save(HERE / 'bit.png', optimize=True)
    expect('bit.png')
    (HERE / 'interlaced.png').write_bytes(interlaced(small))
    expect('interlaced.png', small)
    with Image.open(HERE / 'interlaced.png') as opened:
        assert opened.convert('RGB').tobytes() == small.tobytes()

    # 16 bits: expected is round(v × 255 / 65535); Pillow's own convert('RGB') of grey clips, see README.txt
    width, height = 80, 60
    rows, expected = bytearray(), Image.new('RGB', (width, height))
    for y in range(height):
        rows.append(0)
        for x in range(width):
            value = round(65535 * (x / (width - 1)) * (0.25 + 0.75 * y / (height - 1)))
            rows += struct.pack('>H', value)
            expected.putpixel((x, y), (round(value / 257),) * 3)
    (HERE / 'gray16.png').write_bytes(png(width, height, 16, 0, bytes(rows)))
    expect('gray16.png', expected)
    rows, expected = bytearray(), Image.new('RGB', (width, height))
    for y in range(height):
        rows.append(0)
        for x in range(width):
            values = [round(65535 * part) for part in (x / (width - 1), y / (height - 1), 0.5 + 0.5 * math.sin((x + y) / 9))]
            rows += struct.pack('>3H', *values)
            expected.putpixel((x, y), tuple(round(value / 257) for value in values))
    (HERE / 'rgb16.png').write_bytes(png(width, height, 16, 2, bytes(rows)))
    expect('rgb16.png', expected)

    webp(photo, 'lossy.webp', '-q', '80')
    expect('lossy.webp')
    webp(small, 'lossless.webp', '-lossless', '-exact')
    expect('lossless.webp')
    webp(veiled(80, 60), 'lossless-alpha.webp', '-lossless', '-exact')
    expect('lossless-alpha.webp', transparent=True)
    webp(veiled(80, 60), 'lossy-alpha.webp', '-q', '80', '-exact')
    expect('lossy-alpha.webp', transparent=True)
    red, blue = Image.new('RGB', (60, 40), (210, 40, 35)), Image.new('RGB', (60, 40), (35, 60, 210))
    for frame in (red, blue):
        ImageDraw.Draw(frame).ellipse([20, 10, 40, 30], fill=(250, 240, 120))
    red.save(HERE / 'animated.webp', save_all=True, append_images=[blue], duration=200, lossless=True)
    expect('animated.webp')
    red.save(HERE / 'animated.gif', save_all=True, append_images=[blue], duration=200, loop=0)
    expect('animated.gif')
    clear = Image.new('P', (60, 40), 0)
    clear.putpalette([255, 0, 255, 30, 140, 60, 240, 200, 40] + [0] * 759)
    draw = ImageDraw.Draw(clear)
    draw.ellipse([4, 4, 40, 36], fill=1)
    draw.rectangle([30, 12, 55, 30], fill=2)
    clear.save(HERE / 'transparent.gif', transparency=0)
    expect('transparent.gif', transparent=True)
    small.save(HERE / 'rgb24.bmp')
    expect('rgb24.bmp')

    shapes = ('<rect x="4" y="4" width="24" height="16" fill="#d62728"/><circle cx="48" cy="16" r="12" fill="#1f4fd6"/>'
              '<path d="M8 44 20 26l12 18z" fill="#2ca02c"/><rect x="40" y="32" width="16" height="12" fill="#f2c80f" fill-opacity=".5"/>')
    space = 'xmlns="http://www.w3.org/2000/svg"'
    (HERE / 'plain.svg').write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {space} width="64" height="48">{shapes}</svg>\n')
    (HERE / 'viewbox.svg').write_text(f'<svg {space} viewBox="0 0 64 48">{shapes}</svg>\n')
    for name in ['plain.svg', 'viewbox.svg']:
        drawn = subprocess.run(['rsvg-convert', '--width', '256', '--height', '192', '--background-color', 'white', str(HERE / name)],
                               check=True, capture_output=True).stdout
        expect(name, Image.open(io.BytesIO(drawn)).convert('RGB'))


# ---- What a decoder must refuse, or survive

def bad():
    def cut(source, name=None):
        data = (HERE / source).read_bytes() if isinstance(source, str) else source
        (BAD / (name or 'truncated-' + source)).write_bytes(data[:len(data) * 6 // 10])

    cut('baseline.jpg')
    cut('progressive.jpg')
    cut('rgb.png')
    cut('interlaced.png')
    cut('lossy.webp')
    cut('lossless.webp')
    buffer = io.BytesIO()
    scene(80, 60).quantize(64).save(buffer, 'GIF')
    cut(buffer.getvalue(), 'truncated.gif')
    cut('rgb24.bmp')
    data = bytearray((HERE / 'rgb.png').read_bytes())
    at = data.index(b'IDAT') + 4
    middle = at + struct.unpack_from('>I', data, at - 8)[0] // 2
    data[middle:middle + 8] = bytes(8)
    (BAD / 'corrupt.png').write_bytes(data)
    (BAD / 'text.jpg').write_text('This is no picture, whatever its name says.\n')
    (BAD / 'empty.png').write_bytes(b'')
    (BAD / 'huge.png').write_bytes(png(30000, 30000, 8, 2, bytes(64)))
    data = bytearray((HERE / 'orientation-1.jpg').read_bytes())
    frame = data.index(b'\xff\xc0\x00\x11')
    struct.pack_into('>HH', data, frame + 5, 65500, 65500)
    (BAD / 'huge.jpg').write_bytes(data)

    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

    def external(name, reference):
        (BAD / name).write_text(f'<svg {space} viewBox="0 0 64 32"><rect width="32" height="32" fill="#1f4fd6"/>'
                                f'<image {reference} x="32" width="32" height="32" preserveAspectRatio="none"/></svg>\n')

    external('external-https.svg', 'href="https://glimpse.invalid/picture.png"')
    external('external-xlink.svg', 'xlink:href="https://glimpse.invalid/picture.png"')
    external('external-file.svg', 'href="file:///tmp/glimpse-external.png"')
    external('external-relative.svg', 'href="../rgb.png"')
    (BAD / 'external-style.svg').write_text(
        f'<svg {space} viewBox="0 0 64 32"><style>@import url("https://glimpse.invalid/style.css");</style>'
        '<rect width="32" height="32" fill="#1f4fd6"/></svg>\n')
    levels = ''.join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 10))
    (BAD / 'entity-bomb.svg').write_text(f'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY b0 "boom">{levels}]>\n'
                                         f'<svg {space} viewBox="0 0 64 32"><text x="2" y="20">&b9;</text></svg>\n')
    (BAD / 'entity-file.svg').write_text('<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/hostname">]>\n'
                                         f'<svg {space} viewBox="0 0 64 32"><text x="2" y="20">&f;</text></svg>\n')
    (BAD / 'use-bomb.svg').write_text(
        f'<svg {space} viewBox="0 0 64 32"><defs><rect id="u0" width="1" height="1"/>'
        + ''.join(f'<g id="u{i}">' + f'<use href="#u{i - 1}"/>' * 10 + '</g>' for i in range(1, 10)) + '</defs><use href="#u9"/></svg>\n')
    (BAD / 'broken.svg').write_text(f'<svg {space} viewBox="0 0 64 32"><rect width="32" height="32"></svg>\n')
    for name, brand, others in [('header.heic', b'heic', b'mif1heic'), ('header.avif', b'avif', b'avifmif1miaf')]:
        body = brand + bytes(4) + others
        (BAD / name).write_bytes(struct.pack('>I', 8 + len(body)) + b'ftyp' + body + struct.pack('>I', 12) + b'meta' + bytes(4))


# ---- Golden data for the port of Pillow's resampling

def squared(picture, size, filter):
    """As CLIPImageProcessor does: shortest edge to size, the longer one truncated, then the middle square."""
    width, height = picture.size
    short, long = min(width, height), max(width, height)
    other = int(size * long / short)
    picture = picture.resize((size, other) if width <= height else (other, size), FILTERS[filter])
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    return picture.crop((left, top, left + size, top + size))


def resample():
    checks = Image.new('RGB', (128, 128))
    pixels = checks.load()
    for y in range(128):
        for x in range(128):
            pixels[x, y] = (255 * ((x + y) & 1), 255 * ((x // 3) & 1), (x * x + y * y) // 16 & 255)
    wide = Image.new('RGB', (1000, 30))
    pixels = wide.load()
    for y in range(30):
        for x in range(1000):
            pixels[x, y] = (x * 255 // 999, 255 * ((x // 7 + y // 5) & 1), (x * 8 + y * 5) & 255)
    sources = {
        '37x53': scene(37, 53, noise=30),
        '200x128': scene(200, 128, noise=4),
        '640x427': scene(640, 427),
        '64x64': scene(64, 64, noise=10),
        '65x64': scene(65, 64, noise=10),
        '66x65': scene(66, 65, noise=10),
        '1000x30': wide,
        '128x128': checks,
        '300x301': scene(300, 301),
        '40x900': scene(40, 900),
    }
    for name, picture in sources.items():
        assert name == f'{picture.width}x{picture.height}'
        picture.save(RESAMPLE / f'{name}.png', optimize=True)
        for filter in FILTERS:
            squared(picture, 64, filter).save(RESAMPLE / f'{name}.{filter}64.png', optimize=True)
        if name in ('37x53', '200x128', '640x427'):
            squared(picture, 224, 'bicubic').save(RESAMPLE / f'{name}.bicubic224.png', optimize=True)


if __name__ == '__main__':
    for folder in (EXPECTED, BAD, RESAMPLE):
        folder.mkdir(exist_ok=True)
        for file in folder.iterdir():
            file.unlink()
    for file in HERE.iterdir():
        if file.suffix in ('.jpg', '.png', '.webp', '.gif', '.bmp', '.svg'):
            file.unlink()
    good()
    bad()
    resample()
